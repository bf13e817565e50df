"""A record's NHS number: right, old, missing, mistyped, or somebody else's."""

from __future__ import annotations

import numpy as np

from synthetic.days import NEVER
from synthetic.people import Block
from synthetic.rates import errors
from synthetic.rates.errors import ErrorRates
from synthetic.records.planted import Planted
from synthetic.rows import Array, Rows

# NHS NUMBER STATUS INDICATOR CODE (NHS Data Dictionary): verified, not traced, no match, conflict, absent.
VERIFIED, NOT_TRACED, NO_MATCH, CONFLICT, ABSENT = "01", "02", "04", "05", "07"


def add(
    block: Block,
    rng: np.random.Generator,
    records: Rows,
    rates: ErrorRates,
    planted: Planted,
    *,
    group: Array,
    missing: Array | None,
) -> None:
    person = records["person"]
    count = len(person)
    rows, world = block.rows, block.world
    number = rows["nhs_number"][person].copy()
    draw = rng.random(count)
    absent_chance = np.minimum((rates.number_missing if missing is None else missing) * group, 0.6)
    absent = draw < absent_chance
    other = rng.random(count) / group  # a rarer group errs more often
    steps = np.cumsum([rates.number_digits_swapped, rates.number_of_another, rates.number_of_nobody])
    swapped = ~absent & (other < steps[0])
    another = ~absent & (other >= steps[0]) & (other < steps[1])
    nobody = ~absent & (other >= steps[1]) & (other < steps[2])
    had_old = (rows["old_number"][person] > 0) & ~absent & ~swapped & ~another & ~nobody
    old = (
        had_old
        & (
            (records["since"] < rows["number_replaced_on"][person])
            | (rng.random(count) < rates.number_superseded * 0.2)
        )
        & (rng.random(count) < rates.number_superseded)
    )
    neighbour = _neighbour(rows, person)
    another &= neighbour != person
    number[another] = rows["nhs_number"][neighbour[another]]
    number[nobody] = world.numbers[
        -1 - rng.integers(0, max(1, int(world.people * errors.SPARE_NUMBERS)), nobody.sum())
    ]
    number[old] = rows["old_number"][person[old]]
    text = number.astype(str).astype(object)
    at = rng.integers(3, 9, count)
    for row in np.flatnonzero(swapped):
        text[row] = _swap(text[row], int(at[row]))
    swapped &= text != number.astype(str)
    text[absent] = None
    wrong = swapped | another | nobody
    unverified = rng.random(count) < rates.number_unverified
    newborn = absent & (records["since"] - rows["birth"][person] < 42)
    records["number"], records["true_number"] = text, rows["nhs_number"][person].astype(str).astype(object)
    records["number_status"] = np.select(
        [newborn, absent, swapped, another, nobody | old, unverified],
        ["08", ABSENT, NO_MATCH, CONFLICT, NOT_TRACED, NOT_TRACED],
        default=VERIFIED,
    ).astype(object)
    mends = (wrong | old) & (rng.random(count) < errors.CORRECTED_ON_A_LATER_NIGHT) & (block.span.nights > 1)
    night = block.span.first_night + 1 + rng.integers(0, max(1, block.span.nights - 1), count)
    records["mended_on"] = np.where(mends, night, NEVER)
    for which, kind in (
        (absent, "number_missing"),
        (swapped, "number_digits_swapped"),
        (another, "number_of_another"),
        (nobody, "number_of_nobody"),
        (old, "number_superseded"),
        (mends, "number_mended_later"),
    ):
        planted.note(which, kind, "nhs_number")


def _neighbour(rows: Rows, person: Array) -> Array:
    """The twin, else the next or previous member of the household, else the person."""
    home, last = rows["household"], rows.height - 1
    after, before = np.minimum(person + 1, last), np.maximum(person - 1, 0)
    found = np.where(
        home[after] == home[person], after, np.where(home[before] == home[person], before, person)
    )
    twin = rows["twin_of"][person]
    return np.where(twin >= 0, twin, found)


def _swap(text: str, at: int) -> str:
    """Two neighbouring digits exchanged: the slip that the check digit is made to catch."""
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :] if at + 1 < len(text) else text
