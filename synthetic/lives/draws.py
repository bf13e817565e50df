"""Draws that all kinds of events share: rates over time, ages in bands, who comes first."""

from __future__ import annotations

import numpy as np

from synthetic.days import YEAR, uniform_between
from synthetic.people import Block
from synthetic.rates.places import ACUTE_TRUSTS, BOROUGHS, NEAREST_ACUTE_TRUST
from synthetic.rows import Array, Rows


def by_band(ages: Array, bounds: tuple[int, ...], values: tuple[float, ...]) -> Array:
    """The value of the age band of each age; one value more than bounds."""
    return np.asarray(np.array(values)[np.searchsorted(bounds, ages, side="right")])


def deprivation(block: Block, factor: float) -> Array:
    """``factor`` at the most deprived decile, 1 in the middle, 1 / factor at the least."""
    return np.asarray(factor ** ((5.5 - block.decile) / 4.5))


def events(rng: np.random.Generator, block: Block, rate: Array, *, until: int) -> Rows:
    """Rows (person, day) at ``rate`` a year while each person can use services, up to ``until``."""
    first, last = block.exposure()
    last = np.minimum(last, until + 1)
    years = np.maximum(last - first, 0) / YEAR
    person = np.repeat(np.arange(block.rows.height), rng.poisson(rate * years))
    return Rows(person=person, day=uniform_between(rng, first[person], last[person]))


def acute_trust(rng: np.random.Generator, block: Block, person: Array) -> Array:
    """Index of an acute trust, by the borough's nearest ones."""
    order = np.array([[ACUTE_TRUSTS.index(code) for code in b.acute] for b in BOROUGHS])
    choice = rng.choice(len(ACUTE_TRUSTS), len(person), p=NEAREST_ACUTE_TRUST)
    return np.asarray(order[block.borough[person], choice])


def not_overlapping(person: Array, start: Array, stop: Array) -> Array:
    """Mask of the rows that begin after every earlier row of the same person has ended."""
    order = np.lexsort((stop, start, person))
    offset = person[order].astype(np.int64) * 1_000_000
    latest = np.maximum.accumulate(offset + stop[order])
    before = np.concatenate([[-1], latest[:-1]])
    keep = np.zeros(len(person), dtype=bool)
    keep[order] = offset + start[order] > before
    return keep


def identify(block: Block, rows: Rows) -> Rows:
    """Add ``id``: a number that no other row of this kind has, in any block."""
    rows["id"] = np.arange(rows.height, dtype=np.int64) + block.number * 20_000_000 + 1
    return rows
