"""A person's identifiers as one sender has them: right, old, missing or wrong.

Each error is drawn for a record (a person at a sender), not for a row, because that is how it comes:
once mistyped, it is sent mistyped until somebody mends it. What was planted is kept beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from synthetic.days import NEVER, date_of, day_of
from synthetic.people import Block, names
from synthetic.rates import errors
from synthetic.rates.errors import ErrorRates
from synthetic.rows import Array, Rows, present, stack
from synthetic.world.geography import NO_FIXED_ABODE

VERIFIED, NOT_TRACED, NO_MATCH, CONFLICT, ABSENT = "01", "02", "04", "05", "07"  # NHS NUMBER STATUS INDICATOR


@dataclass
class Planted:
    """Errors planted in records: row of the record, kind, the logical column."""

    parts: list[Rows] = field(default_factory=list)

    def note(self, which: Array, kind: str, column: str) -> None:
        """Remember that the records under ``which`` (mask) carry the error."""
        rows = np.flatnonzero(which)
        self.parts.append(
            Rows(
                record=rows,
                kind=np.full(len(rows), kind, dtype=object),
                column=np.full(len(rows), column, dtype=object),
            )
        )

    def rows(self) -> Rows:
        """All of them."""
        return stack(self.parts)


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
    _number(block, rng, records, rates, planted, group=group, missing=number_missing)
    _names(block, rng, records, rates, planted)
    _birth_and_sex(block, rng, records, rates, planted, group=group)
    _address(block, rng, records, rates, planted)
    return planted


def _group_factor(block: Block, person: Array) -> Array:
    minority = ~np.isin(block.rows["ethnic_category"][person], ["A", "B", "C"])
    factor = np.where(minority, errors.MINORITY_FACTOR, 1.0)
    return np.where(block.rows["is_homeless"][person], errors.HOMELESS_FACTOR, factor)


def _number(
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


def _names(
    block: Block, rng: np.random.Generator, records: Rows, rates: ErrorRates, planted: Planted
) -> None:
    rows, person = block.rows, records["person"]
    count = len(person)
    given, surname = rows["given"][person].copy(), rows["surname"][person].copy()
    known = names.nicknames()
    nick = np.array([known.get(name) for name in given], dtype=object)
    called = present(nick) & (rng.random(count) < rates.nickname)
    given[called] = nick[called]
    former = rows["former_surname"][person]
    kept = present(former) & (rng.random(count) < rates.former_surname)
    surname[kept] = former[kept]
    barrel = np.array(["-" in name for name in surname]) & (rng.random(count) < rates.double_barrel_cut)
    surname[barrel] = [name.split("-")[-1] for name in surname[barrel]]
    slip, at = rng.random(count) < rates.name_misspelt, rng.random(count)
    surname[slip] = [names.misspelt(name, draw) for name, draw in zip(surname[slip], at[slip], strict=True)]
    accented = np.array([not (a.isascii() and b.isascii()) for a, b in zip(given, surname, strict=True)])
    folded = accented & (rng.random(count) < rates.letters_plain)
    for name_column in (given, surname):
        name_column[folded] = [names.plain(name) for name in name_column[folded]]
    records["given"], records["surname"], records["middle"] = given, surname, rows["middle"][person]
    for which, kind, column in (
        (called, "nickname", "given_name"),
        (kept, "former_surname", "family_name"),
        (barrel, "double_barrel_cut", "family_name"),
        (slip, "name_misspelt", "family_name"),
        (folded, "letters_plain", "name"),
    ):
        planted.note(which, kind, column)


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
