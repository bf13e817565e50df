"""Every kind of column: what is a value, what is empty, what is malformed, in each date style."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import duckdb
import pytest

from connectors.declare import Kind
from connectors.types import DATE_STYLES, SQL_TYPES, malformed, typed

GOOD: list[tuple[Kind, str, str, Any]] = [
    (Kind.TEXT, "iso", "  two words ", "two words"),
    (Kind.CODE, "iso", "\u00a0A1\t", "A1"),
    (Kind.DATE, "iso", "2026-01-02", date(2026, 1, 2)),
    (Kind.DATE, "iso", " 1850-01-01 ", date(1850, 1, 1)),
    (Kind.DATE, "iso", "2024-02-29", date(2024, 2, 29)),
    (Kind.DATE, "tpp", "02 Jan 2026 00:00:00", date(2026, 1, 2)),
    (Kind.DATETIME, "tpp", "31 Dec 2025 23:59:59", datetime(2025, 12, 31, 23, 59, 59)),
    (Kind.DATETIME, "iso", "2026-01-02", datetime(2026, 1, 2)),
    (Kind.DATETIME, "iso", "2026-01-02T10:30", datetime(2026, 1, 2, 10, 30)),
    (Kind.DATETIME, "iso", "2026-01-02 10:30:15", datetime(2026, 1, 2, 10, 30, 15)),
    # An offset is read as the London wall clock: an hour ahead in summer, none in winter.
    (Kind.DATETIME, "iso", "2026-07-02T10:00:00Z", datetime(2026, 7, 2, 11)),
    (Kind.DATETIME, "iso", "2026-01-02T10:00:00+01:00", datetime(2026, 1, 2, 9)),
    (Kind.TIME, "iso", "09:05", time(9, 5)),
    (Kind.TIME, "iso", "23:59:59", time(23, 59, 59)),
    (Kind.INTEGER, "iso", "-12", -12),
    (Kind.INTEGER, "iso", "007", 7),
    (Kind.DECIMAL, "iso", "1.50", 1.5),
    (Kind.DECIMAL, "iso", "-.5", -0.5),
    *((Kind.BOOLEAN, "iso", text, True) for text in ("true", "TRUE", "1", "Y")),
    *((Kind.BOOLEAN, "iso", text, False) for text in ("false", "False", "0", "n")),
]

BAD: list[tuple[Kind, str, str]] = [
    *(
        (Kind.DATE, "iso", text)
        for text in ("2026-02-30", "2026-13-01", "2026/01/02", "02/01/2026", "2026-1-2")
    ),
    *((Kind.DATE, "iso", text) for text in ("1849-12-31", "2101-01-01", "20260102", "yesterday", "infinity")),
    *((Kind.DATE, "tpp", text) for text in ("2026-01-02", "02 Jan 2026", "2 Jan 2026 00:00:00")),
    *((Kind.DATE, "tpp", text) for text in ("30 Feb 2026 00:00:00", "02 Jan 1700 00:00:00")),
    *((Kind.DATETIME, "iso", text) for text in ("2026-01-02T25:00", "2026-02-30T10:00", "10:00")),
    *((Kind.DATETIME, "tpp", text) for text in ("02 Jan 2026 24:00:00", "02 Jan 2026")),
    *((Kind.TIME, "iso", text) for text in ("24:00", "9:00", "noon", "10:60")),
    *((Kind.INTEGER, "iso", text) for text in ("1.5", "1e3", "9" * 19, "one")),
    *((Kind.DECIMAL, "iso", text) for text in ("1,000", "£5", "1e3", "nan", "inf", ".")),
    *((Kind.BOOLEAN, "iso", text) for text in ("yes", "2", "T")),
]


def _evaluate(kind: Kind, text: str | None, dates: str) -> tuple[Any, bool]:
    row = duckdb.execute(
        f"select {typed(kind, 'v', dates)}, {malformed(kind, 'v', dates)} from (select $1::varchar as v)",
        [text],
    ).fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize(("kind", "dates", "text", "value"), GOOD)
def test_a_value_is_read(kind: Kind, dates: str, text: str, value: Any) -> None:
    assert _evaluate(kind, text, dates) == (value, False)


@pytest.mark.parametrize(("kind", "dates", "text"), BAD)
def test_what_is_no_value_is_malformed(kind: Kind, dates: str, text: str) -> None:
    assert _evaluate(kind, text, dates) == (None, True)


@pytest.mark.parametrize("text", [None, "", "   ", "\t\u00a0"])
@pytest.mark.parametrize("kind", list(Kind))
def test_nothing_is_no_value_and_not_malformed(kind: Kind, text: str | None) -> None:
    for dates in DATE_STYLES:
        assert _evaluate(kind, text, dates) == (None, False)


@pytest.mark.parametrize("kind", list(Kind))
def test_the_typed_value_has_the_type_that_is_said(kind: Kind) -> None:
    row = duckdb.execute(f"select typeof({typed(kind, 'v')}) from (select ''::varchar as v)").fetchone()
    assert row == (SQL_TYPES[kind],)


def test_an_unknown_date_style_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="iso, tpp"):
        typed(Kind.DATE, "v", "us")
