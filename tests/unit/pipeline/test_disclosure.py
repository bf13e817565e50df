"""The disclosure rule: the published vectors, and Python and SQL giving the same."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from pipeline.disclosure import disclosed, disclosed_sql
from pipeline.disclosure.pattern import still_exposed, suppress
from pipeline.disclosure.rule import is_sensitive_sql, isolates, range_behind, range_to_keep
from tests.disclosure_tables import cells_of


@pytest.mark.parametrize(
    ("count", "shown"), [(0, 0), (1, None), (7, None), (8, 10), (12, 10), (13, 15), (17, 15), (18, 20)]
)
def test_vectors(count: int, shown: int | None) -> None:
    assert disclosed(count) == shown


def test_sql_equals_python() -> None:
    rows = duckdb.sql(f"select n, {disclosed_sql('n')} from range(0, 2000) as t(n)").fetchall()
    assert [(n, disclosed(n)) for n, _ in rows] == rows


def test_what_is_no_count_is_not_published() -> None:
    with pytest.raises(ValueError, match="below 0"):
        disclosed(-1)
    assert duckdb.sql(f"select {disclosed_sql('(-1)')}, {disclosed_sql('null::int')}").fetchone() == (
        None,
        None,
    )


def _suppressed(parts: list[int], total: int) -> tuple[list[int | None], int | None]:
    amounts = [*parts, total]
    cells = cells_of(amounts, [(range(len(parts)), len(parts))])
    hidden = suppress(cells)
    assert not still_exposed(cells, hidden).any()
    shown = [None if is_hidden else disclosed(n) for n, is_hidden in zip(amounts, hidden, strict=True)]
    return shown[:-1], shown[-1]


@pytest.mark.parametrize(
    ("parts", "total", "shown"),
    [
        ([20, 30, 50], 100, ([20, 30, 50], 100)),  # nothing small: nothing hidden
        ([3, 30, 50], 83, ([None, None, 50], 85)),  # a lone small part takes the next smallest with it
        ([3, 4, 50], 57, ([None, None, 50], 55)),  # 55 - 50: both small ones can still be 1 to 7
        ([1, 1, 50], 52, ([None, None, None], 50)),  # 50 - 50 leaves 4 at most: the third goes too
        ([3, 0, 50], 53, ([None, 0, None], 55)),  # a part of nobody covers nothing, the next person's does
        ([3, 0, 0], 3, ([None, 0, 0], None)),  # the total is hidden itself: nothing to work out
        ([5], 12, ([None], None)),  # no other part: the total goes
    ],
)
def test_secondary_suppression(
    parts: list[int], total: int, shown: tuple[list[int | None], int | None]
) -> None:
    assert _suppressed(parts, total) == shown


def test_a_shown_0_is_hidden_where_nothing_else_protects() -> None:
    """10 events of a few people are a hidden count and a 0; its two parts were told before as 7 at most.

    Whoever sees the 0 knows of 14 at most, where 16 must stay possible.
    """
    amounts = [10, 10, 0, 5, 5]
    cells = cells_of(amounts, [([1, 2], 0), ([3, 4], 1)], few_people=[0], before={3: (0, 7), 4: (0, 7)})
    kept_hidden = np.array([False, True, False, False, False])
    assert still_exposed(cells, cells.sensitive | kept_hidden)[0]
    hidden = suppress(cells, kept_hidden)
    assert hidden.all()
    assert not still_exposed(cells, hidden).any()


@pytest.mark.parametrize(
    ("amount", "people", "largest", "is_sensitive"),
    [
        (0, 0, 0, False),
        (40, 2, 25, True),  # forty nights of two people
        (40, 8, 12, False),
        (100, 12, 76, True),  # one of twelve people makes up more than three quarters
        (100, 12, 75, False),
        (7, 7, 1, True),
        (None, None, None, True),  # what cannot be judged is not published
        (40, None, 1, True),
        (-1, 1, 1, True),
    ],
)
def test_an_amount_rests_on_the_people_behind_it(
    amount: int | None, people: int | None, largest: int | None, is_sensitive: bool
) -> None:
    rule = is_sensitive_sql("a::bigint", "p::bigint", "l::bigint")
    found = duckdb.execute(f"select {rule} from (select ? as a, ? as p, ? as l)", [amount, people, largest])
    assert found.fetchone() == (is_sensitive,)


def test_two_rounded_counts_never_prove_a_difference_of_1_to_7() -> None:
    shown = [0, *range(10, 80, 5)]
    assert not any(isolates(range_behind(a), range_behind(b)) for a in shown for b in shown)
    assert isolates((1, 7), (0, 0))  # what was nobody and is suppressed now
    assert range_behind(10) == (8, 12)
    assert range_to_keep(3) == (1, 7)
    assert range_to_keep(100) == (80, 120)
