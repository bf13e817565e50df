"""What a line lacks: people of no area, of whom an attacker takes it that they are few beside their total."""

from __future__ import annotations

import numpy as np

from pipeline.disclosure.cells import Cells
from pipeline.disclosure.pattern import still_exposed, suppress
from pipeline.disclosure.unpublished import with_rests
from tests.disclosure_tables import cells_of

ILL, WELL, ILL_HERE, WELL_HERE, ALL, HERE, NOWHERE = range(7)
# Events of people by group and by area: 11 are of people of no area, 6 of the ill and 5 of the well.
AMOUNTS = [160, 96, 154, 91, 256, 245, 11]
LINES = [
    ([ILL_HERE], ILL), ([WELL_HERE], WELL), ([ILL, WELL], ALL), ([ILL_HERE, WELL_HERE], HERE),
    ([HERE, NOWHERE], ALL),
]  # fmt: skip


def _cells() -> Cells:
    """The 11 are of a few people, so nobody may know them to less than 5 to 17."""
    return with_rests(cells_of(AMOUNTS, LINES, few_people=[NOWHERE]))


def _all_but(cells: Cells, *shown: int) -> np.ndarray:
    hidden = np.ones(cells.size, dtype=bool)
    hidden[list(shown)] = False
    return hidden


def test_beside_totals_that_are_shown_the_rests_narrow_what_they_add_up_to() -> None:
    """8 of the ill and 7 of the well at most, by their shares of 160 and 96: 15 in all."""
    cells = _cells()
    assert np.flatnonzero(still_exposed(cells, _all_but(cells, ILL, WELL))).tolist() == [NOWHERE]


def test_beside_totals_that_nobody_is_shown_they_do_not() -> None:
    """Nobody knows what a twentieth of them is. Else no release could be served, whatever it hides."""
    cells = _cells()
    assert not still_exposed(cells, _all_but(cells)).any()


def test_a_hidden_total_whose_shown_parts_lack_little_is_narrowed_all_the_same() -> None:
    """95 of 100 are shown by area: whoever takes the rest for little knows the total to 95 to 107."""
    total, parts = 0, [1, 2]
    cells = with_rests(cells_of([100, 50, 45], [(parts, total)], few_people=[total]))
    assert np.flatnonzero(still_exposed(cells, _all_but(cells, *parts))).tolist() == [total]
    assert not still_exposed(cells, suppress(cells, _all_but(cells, *parts))).any()


def test_to_hide_more_never_exposes() -> None:
    cells, shown = _cells(), [ILL, WELL, ALL, HERE]
    found = [still_exposed(cells, _all_but(cells, *shown[:n])) for n in range(len(shown) + 1)]
    assert [bool(one[NOWHERE]) for one in found] == sorted(bool(one[NOWHERE]) for one in found)
    assert found[-1][NOWHERE]
