"""Whatever the table: somebody with all that is published cannot narrow a suppressed count."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.disclosure import disclosed
from pipeline.disclosure.pattern import still_exposed, suppress
from tests.disclosure_tables import attacked_range, cells_of, grid

_COUNT = st.one_of(st.integers(0, 9), st.integers(0, 9), st.integers(0, 60))
_TABLES = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
    lambda shape: st.lists(_COUNT, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
        lambda numbers: np.array(numbers).reshape(shape)
    )
)
_PROFILE = settings(max_examples=25, deadline=None, derandomize=True)


def _shown(amounts: list[int], hidden: np.ndarray) -> list[int | None]:
    return [None if is_hidden else disclosed(n) for n, is_hidden in zip(amounts, hidden, strict=True)]


@_PROFILE
@given(_TABLES)
def test_an_attacker_cannot_narrow_a_suppressed_count(counts: np.ndarray) -> None:
    amounts, lines = grid(counts)
    cells = cells_of(amounts, lines)
    shown = _shown(amounts, suppress(cells))
    for place in np.flatnonzero(cells.sensitive):
        assert shown[place] is None
        least, most = attacked_range(shown, lines, int(place))
        assert least <= 1, (amounts, shown)
        assert most >= 7, (amounts, shown)


@_PROFILE
@given(_TABLES)
def test_the_gate_sees_what_the_attacker_can_do(counts: np.ndarray) -> None:
    """With primary suppression alone, the attack finds every cell that whole numbers give away."""
    amounts, lines = grid(counts)
    cells = cells_of(amounts, lines)
    hidden = cells.sensitive
    found, shown = still_exposed(cells, hidden), _shown(amounts, hidden)
    for place in np.flatnonzero(cells.sensitive & ~found):
        least, most = attacked_range(shown, lines, int(place))
        assert least <= 1 and most >= 7, (amounts, shown)


@_PROFILE
@given(_TABLES)
def test_what_stays_shown_is_the_rule_and_zero_stays_zero(counts: np.ndarray) -> None:
    amounts, lines = grid(counts)
    hidden = suppress(cells_of(amounts, lines))
    assert not hidden[np.array(amounts) == 0].any()
    assert all(n is None or n == 0 or n >= 10 for n in _shown(amounts, hidden))


@_PROFILE
@given(_TABLES)
def test_the_next_release_of_the_same_figures_gives_nothing_away(counts: np.ndarray) -> None:
    """Other cells hidden the second time would give away the first time's."""
    amounts, lines = grid(counts)
    first = suppress(cells_of(amounts, lines))
    known = {
        place: (n if n == 0 else max(8, disclosed(n) - 2), n if n == 0 else disclosed(n) + 2)
        for place, n in enumerate(amounts)
        if not first[place]
    }
    cells = cells_of(amounts, lines, before=known)
    second = suppress(cells)
    assert not still_exposed(cells, second).any()
