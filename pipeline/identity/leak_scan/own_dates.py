"""People's own birth dates in the rows about them: as days, in texts, and as whole numbers.

A day that is written whole refuses as soon as it stands in one person's row. Counts of days and short figures
are numbers that a cost or a score can be by chance: of those that fall into a person's own year of birth,
chance makes one in 365 the birthday, and more than that is no chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.identity.leak_scan.chance import is_beyond_chance, weigh
from pipeline.identity.leak_scan.columns import Column, by_table, place_of

_HERE = Path(__file__)
_KIND = "own_birth_date"
_BIRTHDAY = 1 / 200  # of a year's days; births are not spread evenly, so more than one in 365
_YEAR = 366  # counts of fewer days than this are an infant's stay in hospital as well as their age
_POINT_IN_TIME = 10_000_000  # seconds since 1970: what is less may be an amount
_DIGITS_OF_DAY = 1_010_000  # what the digits of a day with its year are more than, in any order
_SIX_FIGURES = 10_101  # the least day whose year has two digits
_OWN = " from {0} as p inner join own_person as o on o.person_key = p.person_key where {1}"
_NUMERIC_TEXTS = """
select distinct place from text_read
where not is_code and not is_random and regexp_full_match(reading, '-?[0-9]{3,17}([.][0-9]+)?')
"""


@dataclass(frozen=True, slots=True)
class Number:
    """A column of numbers, or of texts that are numbers: ``sql`` as a DOUBLE, and how large they come."""

    column: Column
    sql: str
    largest: float
    has_decimals: bool

    def reaches(self, least: int) -> bool:
        """Whether one of them, without its sign, is so much or more; what is no number may be anything."""
        return not self.largest < least


@dataclass(frozen=True, slots=True)
class Sign:
    """One way in which a column may hold the own birth date: ``found`` as SQL over p and o.

    ``tried`` is the wider condition of which ``share`` fulfil ``found`` by chance; none: one find is enough.
    """

    column: Column
    found: str
    tried: str | None = None
    share: float = _BIRTHDAY


def find_own_dates(connection: DuckDBPyConnection, columns: list[Column]) -> None:
    """Adds to ``found``, by column, the people whose value is their birth date.

    Needs ``keyed_hash`` with the key of the product, ``text_read`` and ``spoken``.
    """
    connection.execute(_HERE.with_name("own_dates.sql").read_text("utf-8"))
    connection.execute(_HERE.with_name("written_days.sql").read_text("utf-8"))
    as_of = _day_of_release(connection, columns)
    numeric = {place for (place,) in connection.execute(_NUMERIC_TEXTS).fetchall()}
    for relation, here in by_table(columns).items():
        if any(column.name == "person_key" for column in here):
            days = _days(connection, relation, here)
            numbers = _numbers(connection, relation, here, numeric)
            signs = [_as_day(column) for column in days]
            for number in numbers:
                signs += _as_number(number, [f"{as_of}::date"] if as_of else [])
                signs += [_age_at(number, day) for day in days if number.reaches(_YEAR)]
            _try(connection, relation, signs)
    _find_in_texts(connection, columns)
    weigh(connection, is_beyond_chance)


def _try(connection: DuckDBPyConnection, relation: str, signs: list[Sign]) -> None:
    """One pass over a table for all of them; what is found at all is counted by person."""
    if not signs:
        return
    counted = ", ".join(f"count(*) filter (where {sign.found})" for sign in signs)
    rows = connection.execute(f"select {counted}" + _OWN.format(relation, "not o.is_first")).fetchall()[0]
    for sign, found in zip(signs, rows, strict=True):
        if found:
            _count(connection, relation, sign)


def _count(connection: DuckDBPyConnection, relation: str, sign: Sign) -> None:
    if sign.tried is None:
        connection.execute(
            f"insert into found select '{_KIND}', {place_of(sign.column)}, count(distinct p.person_key)"
            + _OWN.format(relation, f"not o.is_first and {sign.found}")
        )
        return
    # A value that a person has in many rows is one chance.
    pair = f"count(distinct hash(p.person_key, {sign.column.value}))"
    connection.execute(
        f"insert into weighed select '{_KIND}', {place_of(sign.column)}, {pair} filter (where {sign.found}), "
        f"{pair} * {sign.share}" + _OWN.format(relation, f"not o.is_first and {sign.tried}")
    )


def _as_day(column: Column) -> Sign:
    return Sign(column, f"try_cast({column.value} as date) = o.birth_date")


def _as_number(number: Number, days: list[str]) -> Iterator[Sign]:
    """The digits of the day and exact seconds refuse at once; counts of days, short figures are weighed.

    What needs a greater number than any that stands there is not looked for.
    """
    column, sql = number.column, number.sql
    seconds = ", ".join(
        f"{zone} * {scale}" for zone in ("o.utc", "o.london") for scale in (1, 1000, 1_000_000)
    )
    if number.reaches(_DIGITS_OF_DAY):
        yield Sign(column, f"{sql} in (o.ymd, o.dmy, o.mdy)")
    if number.reaches(_POINT_IN_TIME):
        yield Sign(column, f"abs({sql}) >= {_POINT_IN_TIME} and {sql} in ({seconds})")
    if number.reaches(_YEAR):
        is_long = f"abs({sql}) >= {_YEAR}"
        yield _weighed(column, sql, is_long)
        yield _weighed(column, f"{sql} - 25569", is_long)  # spreadsheets count from 1899-12-30
    for scale in (1, 1000, 1_000_000):
        if number.reaches(_POINT_IN_TIME * scale):
            is_time = f"abs({sql}) >= {_POINT_IN_TIME * scale}"
            yield _weighed(column, f"floor({sql} / {86_400 * scale})", is_time)
    for day in days:
        yield from _as_age(number, f"({day} - date '1970-01-01')")
    if number.reaches(_SIX_FIGURES):
        year_first = f"{_is_six(sql, 'ymd')} and floor({sql} / 10000) = o.ymd // 10000 % 100"
        yield Sign(column, f"{sql} = o.ymd % 1000000", year_first)
        year_last = f"{_is_six(sql, 'dmy')} and {sql} % 100 = o.dmy % 100"
        yield Sign(column, f"{sql} = o.dmy // 10000 * 100 + o.dmy % 100", year_last)


def _as_age(number: Number, day: str) -> Iterator[Sign]:
    """The age on a day (SQL, days since 1970): in days, or in years with decimals."""
    column, sql = number.column, number.sql
    if number.reaches(_YEAR):
        yield _weighed(column, f"{day} - {sql}", f"{sql} >= {_YEAR}")
    if number.has_decimals:
        is_part = f"{sql} between 1 and 130 and {sql} <> trunc({sql})"
        yield _weighed(column, f"{day} - round({sql} * 365.25)", is_part, out_by=1)


def _is_six(number: str, order: str) -> str:
    """Six figures that can be a day, the month in the middle."""
    day = f"{number} % 100" if order == "ymd" else f"floor({number} / 10000)"
    month = f"floor({number} / 100) % 100 between 1 and 12"
    return f"{number} between 10101 and 991231 and {month} and {day} between 1 and 31"


def _age_at(number: Number, day: Column) -> Sign:
    """The age in days on another day of the same row."""
    on = f"(try_cast({day.value} as date) - date '1970-01-01')"
    return _weighed(number.column, f"{on} - {number.sql}", f"{number.sql} >= {_YEAR}")


def _weighed(column: Column, day: str, when: str, *, out_by: int = 0) -> Sign:
    """``day`` is SQL for days since 1970."""
    return Sign(
        column,
        f"{when} and abs({day} - o.born) <= {out_by}",
        f"{when} and {day} between o.year_first and o.year_last",
        _BIRTHDAY * (2 * out_by + 1),
    )


def _days(connection: DuckDBPyConnection, relation: str, columns: list[Column]) -> list[Column]:
    """Columns of days; the day that a release tells of, where it is all rows', says nothing of anybody."""
    days = [column for column in columns if column.is_day]
    if any(column.name == "as_of" for column in days):
        several = connection.execute(f"select count(distinct as_of) > 1 from {relation}").fetchall()[0][0]
        days = [column for column in days if several or column.name != "as_of"]
    return days


def _numbers(
    connection: DuckDBPyConnection, relation: str, columns: list[Column], numeric: set[str]
) -> list[Number]:
    """Columns of numbers large enough to be a date, and of texts that are such numbers; one pass a table."""
    able = [
        (column, f"{column.value}::double" if column.is_number else f"try_cast({column.value} as double)")
        for column in columns
        if column.is_number or column.place in numeric
    ]
    if not able:
        return []
    asked = ", ".join(f"max(abs({sql})), bool_or({sql} <> trunc({sql}))" for _, sql in able)
    told = connection.execute(f"select {asked} from {relation} as p").fetchall()[0]
    found = [
        Number(*each, largest, bool(has_decimals))
        for each, largest, has_decimals in zip(able, told[::2], told[1::2], strict=True)
        if largest is not None  # nothing stands there
    ]
    return [number for number in found if number.has_decimals or number.reaches(_YEAR)]


def _find_in_texts(connection: DuckDBPyConnection, columns: list[Column]) -> None:
    """Rows are only looked at where some text of their column can be read as a day at all."""
    dated = {place for (place,) in connection.execute("select distinct place from written_day").fetchall()}
    with_person = {column.relation for column in columns if column.name == "person_key"}
    for column in columns:
        if column.place in dated and column.relation in with_person:
            connection.execute(
                f"insert into found select '{_KIND}', {place_of(column)}, count(distinct p.person_key) "
                f"from {column.relation} as p inner join own_person as o on o.person_key = p.person_key "
                f"inner join written_day as d on d.place = {place_of(column)} and d.text = {column.text} "
                "and d.day = o.birth_date"
            )


def _day_of_release(connection: DuckDBPyConnection, columns: list[Column]) -> str | None:
    """The newest day that the product tells of, as a SQL literal; none where it does not say."""
    if not any(column.place == "audit.run.as_of" for column in columns):
        return None
    newest = connection.execute("select max(as_of)::date::varchar from product.audit.run").fetchall()[0][0]
    return f"'{newest}'" if newest else None
