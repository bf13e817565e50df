"""The SQL rules equal a plain reading of the NHS Data Dictionary, for any number."""

import duckdb
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.identity import nhs_number

CONNECTION = duckdb.connect()
nhs_number.define_macros(CONNECTION)


def reference(digits: str, *, synthetic: bool) -> str:
    """NHS number rules, digit by digit."""
    if len(digits) != 10:
        return "not_10_digits"
    check = (
        11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    )
    if check == 10 or check % 11 != int(digits[9]):
        return "bad_check_digit"
    if len(set(digits)) == 1 or (digits[0] == digits[9] and set(digits[1:9]) == {"0"}):
        return "disallowed_pattern"
    if digits[0] == "9":
        return "valid_untraced" if synthetic else "test_range"
    return "valid_untraced" if digits[0] in "467" else "non_england_range"


def with_check_digit(stem: int) -> str:
    nine = f"{stem:09d}"
    check = 11 - sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
    return nine + str(check % 11 % 10)


any_digits = st.text("0123456789", min_size=1, max_size=12)
mostly_valid = st.integers(0, 999_999_999).map(with_check_digit)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(any_digits | mostly_valid, min_size=1, max_size=40), st.booleans())
@example([str(digit) * 10 for digit in range(10)], True)
@example([f"{digit}00000000{digit}" for digit in range(10)], False)
def test_outcomes_equal_the_reference(numbers: list[str], synthetic: bool) -> None:
    found = CONNECTION.execute(
        "select nhs_number_outcome(nhs_number_digits(n), null, ?) from (select unnest(?::varchar[]) as n)",
        [synthetic, numbers],
    ).fetchall()
    assert [row[0] for row in found] == [reference(number, synthetic=synthetic) for number in numbers]
