"""What is more than chance: the tail of a Poisson distribution, and what follows from it."""

from __future__ import annotations

from math import exp, factorial

import pytest

from pipeline.identity.leak_scan.chance import QUIET, RARE, is_beyond_chance, stands_out, tail


@pytest.mark.parametrize("mean", [0.001, 0.05, 0.9, 7.5, 40.0])
@pytest.mark.parametrize("found", [1, 2, 5, 20, 90])
def test_the_tail_is_one_less_everything_below_it(found: int, mean: float) -> None:
    below = sum(exp(-mean) * mean**n / factorial(n) for n in range(found))
    if found > mean:
        assert tail(found, mean) == pytest.approx(1 - below, rel=1e-6, abs=1e-14)
    else:
        assert tail(found, mean) == 1.0


def test_large_columns_do_not_overflow() -> None:
    assert tail(100_000, 1000.0) == 0.0
    assert tail(1_000, 1_000_000.0) == 1.0
    assert 0 < tail(1_010_000, 1_000_000.0) < 1


@pytest.mark.parametrize(
    ("found", "values", "refuses"), [(0, 0, False), (2, 2, False), (3, 3, True), (3, 300, False)]
)
def test_three_birthdays_of_three_are_no_chance(found: int, values: int, refuses: bool) -> None:
    assert is_beyond_chance(found, values / 200) is refuses


@pytest.mark.parametrize(
    ("found", "by_chance", "refuses"),
    [
        (0, 0.0, False),
        (1, QUIET / 2, True),
        (1, 0.05, False),
        (4, 0.05, True),
        (5, 4.8, False),
        (40, 4.8, True),
    ],
)
def test_one_find_is_enough_where_there_can_be_none(found: int, by_chance: float, refuses: bool) -> None:
    assert stands_out(found, by_chance) is refuses
    assert RARE < QUIET
