"""A person's identifiers as one sender has them: right, old, missing or wrong.

Each error is drawn for a record (a person at a sender), not for a row, because that is how it comes:
once mistyped, it is sent mistyped until somebody mends it. What was planted is kept beside it.
"""

from __future__ import annotations

import numpy as np

from synthetic.days import NEVER, date_of, day_of
from synthetic.people import Block
from synthetic.rates import errors
from synthetic.rates.errors import ErrorRates
from synthetic.records import called, numbers
from synthetic.records.planted import Planted
from synthetic.rows import Array, Rows
from synthetic.world.geography import NO_FIXED_ABODE


def write_down(
    block: Block,
    rng: np.random.Generator,
    records: Rows,
    rates: ErrorRates,
    *,
    number_missing: Array | None = None,
) -> Planted:
    """Add a record's identifiers to ``records`` (which has person and since, the day it was made).

    Columns added: number, true_number, number_status, given, middle, surname, born, sex, postcode,
    postcode_before, address_until (day from which the postcode is right; NEVER: it stays old),
    mended_on (day from which the number is right; NEVER: not mended).
    """
    planted = Planted()
    person = records["person"]
    group = _group_factor(block, person)
    numbers.add(block, rng, records, rates, planted, group=group, missing=number_missing)
    called.add(block, rng, records, rates, planted)
    _birth_and_sex(block, rng, records, rates, planted, group=group)
    _address(block, rng, records, rates, planted)
    return planted


def _group_factor(block: Block, person: Array) -> Array:
    minority = ~np.isin(block.rows["ethnic_category"][person], ["A", "B", "C"])
    factor = np.where(minority, errors.MINORITY_FACTOR, 1.0)
    return np.where(block.rows["is_homeless"][person], errors.HOMELESS_FACTOR, factor)


def _birth_and_sex(
    block: Block,
    rng: np.random.Generator,
    records: Rows,
    rates: ErrorRates,
    planted: Planted,
    *,
    group: Array,
) -> None:
    rows, person = block.rows, records["person"]
    count = len(person)
    born = rows["birth"][person].copy()
    draw = rng.random(count) / group
    swap = draw < rates.birth_day_month_swapped
    wrong_year = (draw >= rates.birth_day_month_swapped) & (
        draw < rates.birth_day_month_swapped + rates.birth_year_wrong
    )
    for row in np.flatnonzero(swap | wrong_year):
        born[row] = _other_birth(int(born[row]), swapped=bool(swap[row]), until=int(records["since"][row]))
    changed = born != rows["birth"][person]
    records["born"] = born
    sex = rows["sex"][person]
    miscoded = rng.random(count) < rates.sex_wrong
    records["sex"] = np.where(miscoded, 3 - sex, sex)
    planted.note(swap & changed, "birth_day_month_swapped", "birth_date")
    planted.note(wrong_year & changed, "birth_year_wrong", "birth_date")
    planted.note(miscoded, "sex_wrong", "sex")


def _other_birth(born: int, *, swapped: bool, until: int) -> int:
    """Day and month exchanged where that is a date, else a wrong year; never after ``until``."""
    true = date_of(born)
    if swapped and true.day <= 12 and true.day != true.month:
        other = day_of(true.replace(month=true.day, day=true.month))
    else:
        other = born - (365 if born % 2 else 3652)
    return other if other <= until else born


def _address(
    block: Block, rng: np.random.Generator, records: Rows, rates: ErrorRates, planted: Planted
) -> None:
    rows, person = block.rows, records["person"]
    count = len(person)
    postcodes = block.world.geography.postcodes["postcode"]
    moved = rows["moved_on"][person]
    stays_old = (moved < NEVER) & (rng.random(count) < rates.postcode_old)
    before = postcodes[rows["postcode"][person]].copy()
    now = postcodes[rows["postcode_now"][person]].copy()
    absent = rng.random(count) < rates.postcode_missing
    roofless = rows["is_homeless"][person] & (rng.random(count) < 0.6)
    for column in (before, now):
        column[roofless] = NO_FIXED_ABODE
        column[absent] = None
    records["postcode_before"], records["postcode"] = before, now
    records["address_until"] = np.where(stays_old, NEVER, np.where(moved < NEVER, moved, -NEVER))
    planted.note(stays_old & (moved <= block.span.end), "postcode_old", "postcode")
    planted.note(absent, "postcode_missing", "postcode")
