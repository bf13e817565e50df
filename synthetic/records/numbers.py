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
    """Give every record the number and status that its sender would hold, and note each error planted."""
    rows, person = block.rows, records["person"]
    kinds = _kinds(block, rng, records, rates, group=group, missing=missing)
    number = _numbers(block, rng, person, kinds)
    text = number.astype(str).astype(object)
    at = rng.integers(3, 9, len(person))
    for row in np.flatnonzero(kinds["swapped"]):
        text[row] = _swap(text[row], int(at[row]))
    kinds["swapped"] &= text != number.astype(str)
    text[kinds["absent"]] = None
    records["number"], records["true_number"] = text, rows["nhs_number"][person].astype(str).astype(object)
    unverified = rng.random(len(person)) < rates.number_unverified
    records["number_status"] = _statuses(block, records, kinds, unverified)
    mends = _mended(block, rng, records, kinds)
    for which, kind in (
        (kinds["absent"], "number_missing"),
        (kinds["swapped"], "number_digits_swapped"),
        (kinds["another"], "number_of_another"),
        (kinds["nobody"], "number_of_nobody"),
        (kinds["old"], "number_superseded"),
        (mends, "number_mended_later"),
    ):
        planted.note(which, kind, "nhs_number")


def _kinds(
    block: Block,
    rng: np.random.Generator,
    records: Rows,
    rates: ErrorRates,
    *,
    group: Array,
    missing: Array | None,
) -> dict[str, Array]:
    """Which records lack their number, or have a mistyped, another's, nobody's or an old one."""
    rows, person = block.rows, records["person"]
    count = len(person)
    absent_chance = np.minimum((rates.number_missing if missing is None else missing) * group, 0.6)
    absent = rng.random(count) < absent_chance
    other = rng.random(count) / group  # a rarer group errs more often
    steps = np.cumsum([rates.number_digits_swapped, rates.number_of_another, rates.number_of_nobody])
    swapped = ~absent & (other < steps[0])
    another = ~absent & (other >= steps[0]) & (other < steps[1])
    nobody = ~absent & (other >= steps[1]) & (other < steps[2])
    had_old = (rows["old_number"][person] > 0) & ~absent & ~swapped & ~another & ~nobody
    before_change = records["since"] < rows["number_replaced_on"][person]
    kept_on = rng.random(count) < rates.number_superseded * 0.2
    old = had_old & (before_change | kept_on) & (rng.random(count) < rates.number_superseded)
    another &= _neighbour(rows, person) != person
    return {"absent": absent, "swapped": swapped, "another": another, "nobody": nobody, "old": old}


def _numbers(block: Block, rng: np.random.Generator, person: Array, kinds: dict[str, Array]) -> Array:
    """The number that each record holds, before digits are swapped and numbers left out."""
    rows, world = block.rows, block.world
    number = rows["nhs_number"][person].copy()
    another, nobody, old = kinds["another"], kinds["nobody"], kinds["old"]
    number[another] = rows["nhs_number"][_neighbour(rows, person)[another]]
    spare = max(1, int(world.people * errors.SPARE_NUMBERS))
    number[nobody] = world.numbers[-1 - rng.integers(0, spare, nobody.sum())]
    number[old] = rows["old_number"][person[old]]
    return number


def _statuses(block: Block, records: Rows, kinds: dict[str, Array], unverified: Array) -> Array:
    newborn = kinds["absent"] & (records["since"] - block.rows["birth"][records["person"]] < 42)
    untraced = kinds["nobody"] | kinds["old"] | unverified
    which = [newborn, kinds["absent"], kinds["swapped"], kinds["another"], untraced]
    found = np.select(which, ["08", ABSENT, NO_MATCH, CONFLICT, NOT_TRACED], default=VERIFIED)
    return found.astype(object)


def _mended(block: Block, rng: np.random.Generator, records: Rows, kinds: dict[str, Array]) -> Array:
    """Records whose sender corrects the number on a later night; when, goes into ``mended_on``."""
    count, span = len(records["person"]), block.span
    wrong = kinds["swapped"] | kinds["another"] | kinds["nobody"] | kinds["old"]
    mends = wrong & (rng.random(count) < errors.CORRECTED_ON_A_LATER_NIGHT) & (span.nights > 1)
    night = span.first_night + 1 + rng.integers(0, max(1, span.nights - 1), count)
    records["mended_on"] = np.where(mends, night, NEVER)
    return mends


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
