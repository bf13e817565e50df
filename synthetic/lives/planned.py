"""Planned admissions and births."""

from __future__ import annotations

import numpy as np

from synthetic.lives import draws
from synthetic.people import Block
from synthetic.rates.conditions import INDEX as CONDITION
from synthetic.rates.planned import PLANNED
from synthetic.rows import Array, Rows, repeat, stack

MOTHER, BABY = -2, -3
"""Values of ``planned`` for the spells of a birth."""
COURSE = {"chemotherapy": (8, 21), "dialysis": (60, 3)}  # sessions in a course, and days between; chosen


def admissions(block: Block) -> Rows:
    """Planned spells: person, trust, admit, leave, method, source, planned (index of PLANNED)."""
    rng = block.rng("planned")
    return stack([_one_kind(rng, block, number) for number in range(len(PLANNED))])


def _one_kind(rng: np.random.Generator, block: Block, number: int) -> Rows:
    kind = PLANNED[number]
    age = block.age(block.span.middle)
    rate = kind.rate * np.exp(-(((age - kind.peak) / kind.spread) ** 2) / 2)
    if kind.condition is not None:
        rate = np.where(block.has[:, CONDITION[kind.condition]], rate * kind.boost, rate)
    if kind.sex is not None:
        rate = np.where(block.rows["sex"] == kind.sex, rate, 0)
    sessions, gap = COURSE.get(kind.id, (1, 0))
    begun = draws.events(rng, block, rate / sessions, until=block.span.end)
    course, session = repeat(np.full(begun.height, sessions))
    person, admit = begun["person"][course], begun["day"][course] + session * gap
    alive = admit < np.minimum(block.exposure()[1][person], block.span.end + 1)
    person, admit = person[alive], admit[alive]
    stay = 0 if kind.stay == 0 else 1 + rng.poisson(kind.stay * rng.lognormal(-0.15, 0.55, len(person)))
    return Rows(
        person=person,
        admit=admit,
        leave=admit + stay,
        trust=draws.acute_trust(rng, block, person),
        method=np.array(["11", "12", "13"], dtype=object)[
            rng.choice(3, len(person), p=[0.15, 0.1, 0.75] if sessions > 1 else [0.75, 0.2, 0.05])
        ],
        source=np.full(len(person), "19", dtype=object),
        planned=np.full(len(person), number),
    )


def births(block: Block) -> Rows:
    """Spells of mothers and of babies born in the history, at one trust (columns as above)."""
    rng = block.rng("births")
    rows, span = block.rows, block.span
    baby = np.flatnonzero((rows["birth"] > span.start) & (rows["birth"] <= span.end) & (rows["role"] == "C"))
    mother = _mothers(rows, baby)
    stay = rng.choice(4, len(baby), p=[0.15, 0.40, 0.30, 0.15])
    trust = draws.acute_trust(rng, block, baby)
    twin = rows["twin_of"][baby] >= 0
    trust = np.where(twin, np.roll(trust, 1), trust)
    stay = np.where(twin, np.roll(stay, 1), stay)
    day = rows["birth"][baby]
    known = (mother >= 0) & ~twin
    born = Rows(
        person=baby,
        admit=day,
        leave=day + stay,
        trust=trust,
        method=_codes("82", len(baby)),
        source=_codes("79", len(baby)),
        planned=np.full(len(baby), BABY),
    )
    before = rng.choice(2, len(baby), p=[0.7, 0.3])
    gave = Rows(
        person=mother,
        admit=np.maximum(day - before, span.start),
        leave=day + stay,
        trust=trust,
        method=_codes("31", len(baby)),
        source=_codes("19", len(baby)),
        planned=np.full(len(baby), MOTHER),
    )
    return stack([born, gave.take(known)])


def _codes(code: str, count: int) -> Array:
    return np.full(count, code, dtype=object)


def _mothers(rows: Rows, baby: Array) -> Array:
    """Row of the woman among the household's first two members who was 15 to 50 then; -1 if none."""
    first = np.searchsorted(rows["household"], rows["household"][baby])
    mother = np.full(len(baby), -1)
    for candidate in (np.minimum(first + 1, rows.height - 1), first):
        age = (rows["birth"][baby] - rows["birth"][candidate]) / 365.25
        fits = (rows["household"][candidate] == rows["household"][baby]) & (rows["sex"][candidate] == 2)
        fits &= (age >= 15) & (age < 52) & np.isin(rows["role"][candidate], ["A", "P"])
        mother = np.where(fits, candidate, mother)
    return mother
