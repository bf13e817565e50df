"""What the making found as proof spares the gate's search, and can never take a finding away."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from pipeline.disclosure import attack
from pipeline.disclosure.cells import Cells
from pipeline.disclosure.pattern import still_exposed, suppress
from pipeline.disclosure.tables import Tables
from tests.disclosure_tables import cells_of, grid
from tests.property.disclosure.test_nothing_by_subtraction import _PROFILE, _TABLES


def _false_tables(cells: Cells) -> Tables:
    """Tables that would prove everything, if they added up or kept to what is shown."""
    tables, places = Tables(cells), np.arange(cells.size)
    sevens = np.where(cells.sensitive, 7.0, cells.amount)
    tables.add(places, [cells.amount + 1000.0, np.zeros(cells.size), sevens, sevens - 6 * cells.sensitive])
    return tables


@_PROFILE
@given(_TABLES)
def test_tables_of_another_pattern_take_no_finding_away(counts: np.ndarray) -> None:
    """With all counts hidden every cell can be anything; little of it fits what a careless release shows."""
    cells = cells_of(*grid(counts))
    careless = cells.sensitive
    everything = Tables(cells)
    suppress(cells, np.ones(cells.size, dtype=bool), everything)
    found = still_exposed(cells, careless)
    assert (still_exposed(cells, careless, everything) == found).all()
    assert (still_exposed(cells, careless, _false_tables(cells)) == found).all()


@_PROFILE
@given(_TABLES)
def test_tables_of_the_making_give_the_verdict_of_the_search(counts: np.ndarray) -> None:
    cells = cells_of(*grid(counts))
    tables = Tables(cells)
    hidden = suppress(cells, None, tables)
    assert (still_exposed(cells, hidden, tables) == still_exposed(cells, hidden)).all()


def test_what_is_proven_is_not_searched_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = cells_of(*grid(np.array([[3, 30, 50], [4, 2, 60], [20, 6, 1]])))
    tables = Tables(cells)
    hidden = suppress(cells, None, tables)
    still_exposed(cells, hidden, tables)
    solved, real = [], attack._solve
    monkeypatch.setattr(attack, "_solve", lambda *given: (solved.append(1), real(*given))[1])
    assert not still_exposed(cells, hidden, tables).any()
    with_tables = len(solved)
    assert not still_exposed(cells, hidden).any()
    assert with_tables < len(solved) - with_tables


def test_tables_of_fewer_cells_are_not_looked_at() -> None:
    """The gate counts for itself; what was found of another system of cells proves nothing there."""
    few, cells = cells_of([3, 4, 7], [([0, 1], 2)]), cells_of([5, 20, 21, 1], [([3, 1], 2)])
    tables = Tables(few)
    suppress(few, None, tables)
    assert still_exposed(cells, cells.sensitive, tables).tolist() == [False, False, False, True]


def test_a_table_that_is_shorter_than_the_cells_proves_nothing() -> None:
    """Tables come from another hand: one that was cut says nothing, and the search goes on without it."""
    cells = cells_of(*grid(np.array([[3, 30, 50], [4, 2, 60], [20, 6, 1]])))
    tables = Tables(cells)
    hidden = suppress(cells, None, tables)
    tables._found[:] = [table[:2] for table in tables._found]
    assert tables.of(np.arange(cells.size)) == []
    assert (still_exposed(cells, hidden, tables) == still_exposed(cells, hidden)).all()
