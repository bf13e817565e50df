"""Macros that turn national codes as sent into the codes of FHIR, as tables."""

from __future__ import annotations

from functools import cache
from typing import Any

import duckdb
import pytest

from tests.mapping_harness import connection


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    return connection("acute", "X99")


def _one(expression: str, *values: str | int | None) -> Any:
    row = _connection().execute(f"select {expression}", list(values)).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("S720", "S720"),
        ("S72.0", "S720"),
        (" s720 ", "S720"),
        ("I10X", "I10"),
        ("R69X", "R69"),
        ("X59X", "X59"),
        ("M8008", "M8008"),
        ("G301D", "G301"),
        ("F000A", "F000"),
        ("W19-", "W19"),
        ("N/K", None),
        ("see notes", None),
        ("", None),
        (None, None),
    ],
)
def test_icd10_loses_its_dot_its_filler_and_its_marks(sent: str | None, code: str | None) -> None:
    assert _one("icd10_code($1::varchar)", sent) == code


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("W371", "W371"),
        ("W37.1", "W371"),
        ("w37", "W37"),
        ("X371", "X371"),
        ("X998", None),
        ("-", None),
        ("&", None),
        (None, None),
    ],
)
def test_opcs4_says_nothing_where_there_is_nothing_to_say(sent: str | None, code: str | None) -> None:
    assert _one("opcs4_code($1::varchar)", sent) == code


@pytest.mark.parametrize(
    ("code", "status"),
    [
        *(("5", "fulfilled"), ("6", "fulfilled"), ("3", "noshow"), ("7", "noshow")),
        *(("2", "cancelled"), ("4", "cancelled"), ("0", "booked"), (None, "pending"), ("9", "pending")),
    ],
)
def test_attendance_becomes_an_appointment_status(code: str | None, status: str) -> None:
    assert _one("attended_status($1::varchar)", code) == status


@pytest.mark.parametrize(
    ("mechanism", "location", "expected"),
    [
        ("01", "A01", "HH"),
        ("01", "G02", "HH"),
        ("01", "B01", "AMB"),
        ("02", "A01", "VR"),
        ("11", None, "VR"),
        ("98", "C01", "AMB"),
        (None, "A01", "HH"),
        (None, None, "AMB"),
    ],
)
def test_contact_class_is_by_mechanism_then_place(
    mechanism: str | None, location: str | None, expected: str
) -> None:
    assert _one("contact_class($1::varchar, $2::varchar)", mechanism, location) == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [("13645005", "13645005"), ("COPD", None), ("0123456", None), ("12345", None), (None, None)],
)
def test_only_a_snomed_identifier_is_a_snomed_code(sent: str | None, expected: str | None) -> None:
    assert _one("json_extract_string(to_json(snomed($1::varchar)), '$.coding[0].code')", sent) == expected


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        ("2026-07-02", "10:00:00", "2026-07-02T10:00:00+01:00"),
        ("2026-01-02", "10:00:00", "2026-01-02T10:00:00+00:00"),
        ("2026-01-02", None, "2026-01-02T00:00:00+00:00"),
        ("2026-07-02", None, "2026-07-02T00:00:00+01:00"),
        (None, "10:00:00", None),
    ],
)
def test_an_instant_has_the_offset_of_london_that_day(
    day: str | None, clock: str | None, expected: str | None
) -> None:
    assert _one("london_instant($1::date, $2::time)", day, clock) == expected
