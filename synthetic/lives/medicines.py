"""Prescriptions: repeats for conditions, and acute ones out of consultations."""

from __future__ import annotations

import numpy as np

from synthetic.lives import draws
from synthetic.lives.primary_care import registered
from synthetic.people import Block
from synthetic.rates import primary_care as rates
from synthetic.rates.conditions import ACUTE_DRUGS, CONDITIONS, DRUGS
from synthetic.rows import Rows, repeat, stack

DRUG = {key: number for number, key in enumerate(DRUGS)}


def make(block: Block, consulted: Rows) -> tuple[Rows, Rows]:
    """(authorisations, issues).

    Authorisations: person, drug, day, stop (day or NEVER), is_repeat, consultation (id or -1), id.
    Issues: person, drug, day, authorisation (id), is_repeat, consultation, id.
    """
    rng = block.rng("medicines")
    written = draws.identify(block, stack([_repeats(rng, block), _acute(rng, block, consulted)]))
    return written, _issues(rng, block, written)


def _repeats(rng: np.random.Generator, block: Block) -> Rows:
    found = block.conditions
    parts = []
    for number, condition in enumerate(CONDITIONS):
        mine = found.take(found["condition"] == number)
        for order, drug in enumerate(condition.drugs):
            takes = mine.take(rng.random(mine.height) < rates.TREATED * (1.0 if order == 0 else 0.55))
            day = np.maximum(
                takes["onset"] + rng.integers(0, 60, takes.height),
                block.rows["registered_on"][takes["person"]],
            )
            parts.append(Rows(person=takes["person"], drug=np.full(takes.height, DRUG[drug]), day=day))
    rows = stack(parts)
    rows = rows.take(registered(block, rows["person"], rows["day"]) & (rows["day"] <= block.span.end))
    rows["stop"] = np.where(
        rng.random(rows.height) < rates.STOPPED_A_YEAR * block.span.years,
        np.minimum(
            np.maximum(rows["day"], block.span.start) + rng.integers(60, block.span.days - 31, rows.height),
            block.span.end + 900,
        ),
        100_000,
    )
    rows["is_repeat"] = np.ones(rows.height, dtype=bool)
    rows["consultation"] = np.full(rows.height, -1)
    return rows


def _acute(rng: np.random.Generator, block: Block, consulted: Rows) -> Rows:
    held = consulted.take(
        ~consulted["is_missed"]
        & (consulted["day"] <= block.span.end)
        & (rng.random(consulted.height) < rates.ACUTE_PRESCRIPTION)
    )
    drug = np.array([DRUG[key] for key in ACUTE_DRUGS])[rng.integers(0, len(ACUTE_DRUGS), held.height)]
    return Rows(
        person=held["person"],
        drug=drug,
        day=held["day"],
        stop=np.full(held.height, 100_000),
        is_repeat=np.zeros(held.height, dtype=bool),
        consultation=held["id"],
    )


def _issues(rng: np.random.Generator, block: Block, written: Rows) -> Rows:
    """One issue an acute prescription; one every 56 days a repeat, within the history."""
    first = np.where(
        written["is_repeat"], np.maximum(written["day"], block.span.start - rates.ISSUE_DAYS), written["day"]
    )
    first = first + np.where(written["is_repeat"], rng.integers(0, rates.ISSUE_DAYS, written.height), 0)
    person = written["person"]
    last = np.minimum(
        np.minimum(block.rows["death"][person], block.rows["left_on"][person]), block.span.end + 1
    )
    last = np.minimum(last, written["stop"])
    count = np.where(written["is_repeat"], np.maximum(0, -(-(last - first) // rates.ISSUE_DAYS)), 1)
    parent, number = repeat(count)
    rows = Rows(
        person=person[parent],
        drug=written["drug"][parent],
        day=first[parent] + number * rates.ISSUE_DAYS,
        authorisation=written["id"][parent],
        is_repeat=written["is_repeat"][parent],
        consultation=written["consultation"][parent],
    )
    return draws.identify(block, rows)
