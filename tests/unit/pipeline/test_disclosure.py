"""The disclosure rule: the published vectors, and Python and SQL giving the same."""

from __future__ import annotations

import duckdb
import pytest

from pipeline.disclosure import disclosed, disclosed_sql
from pipeline.open_product.suppression import suppress


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
    with duckdb.connect() as connection:
        connection.execute("create temp table cell (cell_id int, people bigint)")
        connection.executemany("insert into cell values (?, ?)", [*enumerate(parts), (99, total)])
        connection.execute(
            "create temp table line as select 'a' as line_id, cell_id, cell_id = 99 as is_total from cell"
        )
        suppress(connection)
        shown = dict(connection.execute("select cell_id, shown from cell").fetchall())
    return [shown[i] for i in range(len(parts))], shown[99]


@pytest.mark.parametrize(
    ("parts", "total", "shown"),
    [
        ([20, 30, 50], 100, ([20, 30, 50], 100)),  # nothing small: nothing hidden
        ([3, 30, 50], 83, ([None, None, 50], 85)),  # a lone small part takes the next smallest with it
        ([3, 4, 50], 57, ([None, None, 50], 55)),  # two small parts cover each other
        ([3, 0, 50], 53, ([None, 0, None], 55)),  # a part of nobody covers nothing, the next person's does
        ([3, 0, 0], 3, ([None, 0, 0], None)),  # the total is hidden itself: nothing to work out
        ([5], 12, ([None], None)),  # no other part: the total goes
    ],
)
def test_secondary_suppression(
    parts: list[int], total: int, shown: tuple[list[int | None], int | None]
) -> None:
    assert _suppressed(parts, total) == shown
