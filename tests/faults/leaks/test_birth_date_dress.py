"""Own birth dates in unusual dress: as numbers, in words, among other dates; each way is found in its column.

What is unmistakable is planted in one person's row, what a cost or a score can be by chance in everybody's.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from tests.identity_economy import AS_OF, Economy
from tests.leak_house import BORN, found, make_product

WHO = "r3"
DAYS = {record: date.fromisoformat(born) for record, born in BORN.items()}
DAY = DAYS[WHO]
START = date(2020, 4, 5)


def _seconds(day: date, zone: object = UTC) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())  # type: ignore[arg-type]


TEXTS = {
    "iso": DAY.isoformat(),
    "iso with a time": f"{DAY}T09:15:00Z",
    "iso and a time": f"{DAY} 00:00:00",
    "digits": f"{DAY:%Y%m%d}",
    "digits with a time": f"{DAY:%Y%m%d}091500",
    "strokes, year first": f"{DAY:%Y/%m/%d}",
    "dots": f"{DAY:%d.%m.%Y}",
    "strokes": f"{DAY:%d/%m/%Y}",
    "strokes, American": f"{DAY:%m/%d/%Y}",
    "no noughts": f"{DAY.day}/{DAY.month}/{DAY.year}",
    "digits, day first": f"{DAY:%d%m%Y}",
    "digits, day first, in a sentence": f"born {DAY:%d%m%Y} here",
    "two digits": f"{DAY:%d/%m/%y}",
    "two digits with hyphens": f"{DAY:%d-%m-%y}",
    "two digits, year first": f"{DAY:%y-%m-%d}",
    "in words": f"{DAY:%d %B %Y}",
    "in words, counted": f"the {DAY.day}th of {DAY:%B} {DAY.year}",
    "in words, month first": f"{DAY:%B %d, %Y}",
    "short month": f"{DAY:%d-%b-%Y}",
    "short month in capitals": f"{DAY:%d%b%Y}".upper(),
    "short month, two digits": f"{DAY:%d-%b-%y}",
    "short month, year first": f"{DAY:%Y-%b-%d}",
    "in a sentence": f"her birthday is {DAY:%d %B %Y}, she says",
    "full width": DAY.isoformat().translate({ord("0") + n: 0xFF10 + n for n in range(10)}),
    "percent-encoded": f"{DAY:%d%%2F%m%%2F%Y}",
    "seconds as text": str(_seconds(DAY)),
    "behind a letter": f"D{DAY:%Y%m%d}",
}
# Of one person, the others' cells being empty.
NUMBERS = {
    "digits": ("integer", f"{DAY:%Y%m%d}"),
    "digits as a double": ("double", f"{DAY:%Y%m%d}"),
    "digits as a decimal": ("decimal(12, 2)", f"{DAY:%Y%m%d}"),
    "digits, day first": ("integer", f"{DAY:%d%m%Y}"),
    "seconds": ("bigint", _seconds(DAY)),
    "seconds as a double": ("double", _seconds(DAY)),
    "seconds of London's midnight": ("bigint", _seconds(DAY, ZoneInfo("Europe/London"))),
    "milliseconds": ("bigint", _seconds(DAY) * 1000),
    "microseconds": ("bigint", _seconds(DAY) * 1_000_000),
}
NESTED = {
    "list of days": ("date[]", f"[date '2020-01-05', date '{DAY}']"),
    "structure with a day": ("struct(d date)", f"{{'d': date '{DAY}'}}"),
    "map with a day": ("map(varchar, date)", f"map {{'d': date '{DAY}'}}"),
    "json with a day": ("json", f"to_json({{'d': date '{DAY}'}})"),
}
# Of everybody: what number it is of a birth date, and in what type of column.
COUNTS = {
    "days since 1970": ("integer", lambda born: (born - date(1970, 1, 1)).days),
    "days since 1970, small": ("smallint", lambda born: (born - date(1970, 1, 1)).days),
    "days since 1970 as text": ("varchar", lambda born: (born - date(1970, 1, 1)).days),
    "days of a spreadsheet": ("integer", lambda born: (born - date(1899, 12, 30)).days),
    "age in days": ("integer", lambda born: (AS_OF - born).days),
    "age in days as a double": ("double", lambda born: (AS_OF - born).days),
    "age in years with decimals": ("double", lambda born: round((AS_OF - born).days / 365.25, 3)),
    "age in days on another day": ("integer", lambda born: (date(2026, 1, 5) - born).days),
    "six digits, year first": ("integer", lambda born: int(f"{born:%y%m%d}")),
    "six digits, day first": ("integer", lambda born: int(f"{born:%d%m%y}")),
    "seconds at nine o'clock": ("bigint", lambda born: _seconds(born) + 9 * 3600),
    "milliseconds at nine o'clock": ("bigint", lambda born: (_seconds(born) + 9 * 3600) * 1000),
    "microseconds at nine o'clock": ("bigint", lambda born: (_seconds(born) + 9 * 3600) * 1_000_000),
}
# One person's among other people's dates of something else: coalesce(start_date, birth_date).
MIXED = {
    "days": ("date", lambda day: day.isoformat()),
    "points in time": ("timestamp", lambda day: f"{day} 09:15:00"),
    "digits": ("integer", lambda day: f"{day:%Y%m%d}"),
    "seconds": ("bigint", _seconds),
    "texts": ("varchar", lambda day: f"{day:%d/%m/%Y}"),
    "beside what is no number": ("double", lambda day: f"{day:%Y%m%d}" if day == DAY else "nan"),
    "beside what has no end": ("double", lambda day: f"{day:%Y%m%d}" if day == DAY else "-infinity"),
}
Cells = dict[str, object]


def _columns() -> dict[str, tuple[str, Cells]]:
    """Every dress with the type of its column and what stands there, by record."""
    return {
        **{f"text: {how}": ("varchar", {WHO: text}) for how, text in TEXTS.items()},
        **{f"number: {how}": (kind, {WHO: number}) for how, (kind, number) in NUMBERS.items()},
        **{
            f"count: {how}": (kind, {record: count(born) for record, born in DAYS.items()})
            for how, (kind, count) in COUNTS.items()
        },
        **{
            f"mixed: {how}": (kind, {record: form(DAY if record == WHO else START) for record in DAYS})
            for how, (kind, form) in MIXED.items()
        },
    }


DRESSES = _columns()
# What chance, other people or ordinary columns show: nobody's own.
_NEXT = dict(zip(DAYS, [*list(DAYS.values())[1:], DAYS["r1"]], strict=True))
HONEST: dict[str, tuple[str, Cells]] = {
    "digits_of_others": ("integer", {record: f"{born:%Y%m%d}" for record, born in _NEXT.items()}),
    "text_of_others": ("varchar", {record: f"{born:%d %B %Y}" for record, born in _NEXT.items()}),
    "day_of_others": ("date", {record: f"{born}" for record, born in _NEXT.items()}),
    "age_of_others": ("integer", {record: (AS_OF - born).days for record, born in _NEXT.items()}),
    "age_years": ("integer", {record: (AS_OF - born).days // 365 for record, born in DAYS.items()}),
    "first_of_month": ("integer", {record: f"{born:%Y%m}01" for record, born in DAYS.items()}),
    "days_in_own_year": ("integer", {record: (AS_OF - born).days + 17 for record, born in DAYS.items()}),
    "one_by_chance": ("integer", {WHO: (AS_OF - DAY).days, "r4": 13_000, "r5": 700}),
    "two_by_chance": ("integer", {record: (DAYS[record] - date(1970, 1, 1)).days for record in (WHO, "r4")}),
    "contacts": ("integer", dict.fromkeys(DAYS, 3)),
    "concept_code": ("varchar", dict.fromkeys(DAYS, "19531003")),
}


def _plant(product: Path, columns: dict[str, tuple[str, Cells]]) -> None:
    with duckdb.connect(str(product)) as connection:
        for name, (kind, cells) in columns.items():
            connection.execute(f"alter table core.person add column {name} {kind}")
            for record, value in cells.items():
                connection.execute(
                    f"update core.person set {name} = ?::{kind} where record = ?", [value, record]
                )


@pytest.fixture(scope="module")
def places(economy: Economy, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Kinds by place, where every dress stands in a column of its own."""
    product = make_product(economy, tmp_path_factory.mktemp("born") / "product.duckdb")
    _plant(product, {f"d{n}": column for n, column in enumerate(DRESSES.values())})
    with duckdb.connect(str(product)) as connection:
        for n, (kind, value) in enumerate(NESTED.values()):
            connection.execute(f"alter table core.person add column n{n} {kind}")
            connection.execute(f"update core.person set n{n} = {value} where record = '{WHO}'")
    kinds: dict[str, set[str]] = {}
    for kind, where in found(economy, product).items():
        for place in where:
            kinds.setdefault(place, set()).add(kind)
    return kinds


@pytest.mark.parametrize("how", DRESSES)
def test_a_birth_date_is_found_as(how: str, places: dict[str, set[str]]) -> None:
    assert places.get(f"core.person.d{list(DRESSES).index(how)}") == {"own_birth_date"}


@pytest.mark.parametrize("how", NESTED)
def test_a_birth_date_is_found_in_a(how: str, places: dict[str, set[str]]) -> None:
    assert places.get(f"core.person.n{list(NESTED).index(how)}") == {"own_birth_date"}


def test_only_planted_columns_are_named(places: dict[str, set[str]]) -> None:
    planted = {f"d{n}" for n in range(len(DRESSES))} | {f"n{n}" for n in range(len(NESTED))}
    assert set(places) == {f"core.person.{name}" for name in planted}


def test_other_peoples_dates_and_chance_pass(economy: Economy, product: Path) -> None:
    _plant(product, HONEST)
    assert found(economy, product) == {}


def test_the_same_chance_in_many_rows_is_one(economy: Economy, product: Path) -> None:
    """A person whose cost happens to be their age in days has that cost in every row."""
    with duckdb.connect(str(product)) as connection:
        connection.execute(
            "create table core.cost as select person_key, "
            f"(date '{AS_OF}' - date '{DAY}')::integer as cost_gbp from core.person, range(50) "
            f"where record = '{WHO}'"
        )
    assert found(economy, product) == {}
