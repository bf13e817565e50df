"""NHS number rules as a table of examples."""

import duckdb
import pytest

from pipeline.identity import nhs_number

CASES = [
    # sent, status, synthetic allowed, outcome
    (None, None, False, "missing"),
    ("", None, False, "missing"),
    ("   ", None, False, "missing"),
    ("943476591", None, False, "not_10_digits"),
    ("94347659199", None, False, "not_10_digits"),
    ("943476591X", None, False, "not_10_digits"),
    ("٩٤٣٤٧٦٥٩١٩", None, True, "not_10_digits"),
    ("9434765910", None, True, "bad_check_digit"),
    ("9434765919", None, True, "valid_untraced"),
    ("9434765919", None, False, "test_range"),
    ("943 476 5919", None, True, "valid_untraced"),
    ("943-476-5919", None, True, "valid_untraced"),
    ("9912003888", "01", True, "valid_traced"),
    ("9912003888", "02", True, "valid_untraced"),
    ("0000000000", "01", True, "disallowed_pattern"),
    ("4444444444", "01", True, "disallowed_pattern"),
    ("9999999999", "01", True, "disallowed_pattern"),
    ("1000000001", "01", True, "disallowed_pattern"),
    ("9000000009", "01", True, "disallowed_pattern"),
    ("4000000004", "01", False, "disallowed_pattern"),
    ("1010000004", "01", True, "non_england_range"),  # Scotland
    ("3200000007", "01", True, "non_england_range"),  # Northern Ireland
    ("5000000013", "01", True, "non_england_range"),  # not to be issued
    ("8000000016", "01", True, "non_england_range"),  # Ireland
    ("4000000012", "01", False, "valid_traced"),
    ("7999999997", None, False, "valid_untraced"),
]


def outcome(sent: str | None, status: str | None, *, synthetic: bool, superseded: bool = False) -> str:
    connection = duckdb.connect()
    nhs_number.define_macros(connection)
    query = "select nhs_number_outcome(nhs_number_digits(?::varchar), ?::varchar, ?::boolean, ?::boolean)"
    row = connection.execute(query, [sent, status, synthetic, superseded]).fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.parametrize(("sent", "status", "synthetic", "expected"), CASES)
def test_every_sent_value_has_one_outcome(
    sent: str | None, status: str | None, synthetic: bool, expected: str
) -> None:
    assert outcome(sent, status, synthetic=synthetic) == expected


def test_a_replaced_number_is_superseded_even_if_it_was_traced() -> None:
    assert outcome("9434765919", "01", synthetic=True, superseded=True) == "superseded"


def test_the_table_above_shows_every_outcome() -> None:
    assert {case[3] for case in CASES} | {"superseded"} == set(nhs_number.OUTCOMES)
