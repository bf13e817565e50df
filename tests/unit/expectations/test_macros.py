"""What the leak scan takes for an identifier, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

import expectations
from expectations.text_scan import scan_texts

_MACROS = Path(expectations.__file__).with_name("macros.sql")


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    opened = duckdb.connect()
    opened.execute(_MACROS.read_text("utf-8"))
    return opened


# Test vectors: the documentation number of the NHS Data Dictionary, the UK Core example patient.
@pytest.mark.parametrize(
    ("number", "is_valid"),
    [
        ("9434765919", True),
        ("9912003888", True),
        ("9434765910", False),
        ("943476591", False),
        ("0000000000", False),
        ("9999999999", False),
        (None, False),
    ],
)
def test_check_digit(connection: duckdb.DuckDBPyConnection, number: str | None, is_valid: bool) -> None:
    assert connection.execute("select is_nhs_number(?)", [number]).fetchone() == (is_valid,)


@pytest.mark.parametrize(
    ("text", "is_code", "is_leak"),
    [
        ("9434765919", False, True),
        ("943 476 5919", False, True),
        ("943-476-5919", False, True),
        ("NHS9434765919.", False, True),
        ("9434765910 9434765919", False, True),  # the second of two that touch
        ("19434765919", False, False),  # part of a longer number
        ("9434765910", False, False),
        ("0101500009", True, False),  # Scottish range in a column of codes
        ("2026-03-31 10:00:00", False, False),
        ("20260331-001", False, False),
    ],
)
def test_nhs_number_in_text(
    connection: duckdb.DuckDBPyConnection, text: str, is_code: bool, is_leak: bool
) -> None:
    assert connection.execute("select holds_nhs_number(?, ?)", [text, is_code]).fetchone() == (is_leak,)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("HA1 3UJ", "postcodes"),
        ("lives at w1a1aa now", "postcodes"),
        ("a.person@example.org", "emails"),
        ("020 7946 0018", "telephones"),
        ("+44 7700 900123", "telephones"),
        ("17/05/1950", "dates"),
        ("x" * 60 + " " + "y" * 60, "long_texts"),
        ("E84001", None),
        ("E01000001", None),
        ("EB07E", None),
        ("AA22C", None),
        ("I219", None),
        ("1066301000000103", None),
        ("Long Term Support: Residential Care", None),
        (", ".join(["atrial_fibrillation", "coronary_heart_disease", "learning_disability"] * 3), None),
        ("0123456789abcdef", None),
        # A key id of a real deployment read as a telephone; another could as a number.
        ("vault=0972634567e20dd1 zone:fhir=2c43933ee8d72128", None),
        ("vault=9434765919abcdef", None),
        ("vault=9434765919", "nhs_numbers"),
        ("vault=2c43933ee8d72128 07700900123", "telephones"),
        ("0770 0900123 after 2c43933ee8d72128", "telephones"),
    ],
)
def test_text_scan(connection: duckdb.DuckDBPyConnection, text: str, found: str | None) -> None:
    connection.execute("create schema core; create table core.t (c varchar)")
    connection.execute("insert into core.t values (?)", [text])
    connection.execute(
        "create table published_column as select 'core' table_schema, 't' table_name, 'c' column_name, "
        "'VARCHAR' data_type"
    )
    scan_texts(connection, ("core",))
    names = ("nhs_numbers", "postcodes", "emails", "telephones", "long_texts", "dates")
    row = connection.execute(f"select {', '.join(names)} from text_finding").fetchone()
    assert row is not None
    assert {name for name, count in zip(names, row, strict=True) if count} == ({found} if found else set())
