"""Areas that overlap without adding up: a hidden count of one kind against the shown counts of the other."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.disclosure.cells import Cells
from pipeline.disclosure.pattern import still_exposed, suppress
from pipeline.disclosure.unpublished import with_overlaps
from tests.disclosure_tables import attacked_range, cells_of

SYSTEM, WEST, EAST, ONE, TWO, THREE = range(6)
# Network one lies in the west, two in both, three in the east: 6 in one, 62 in two's west, none in its east.
AMOUNTS = [108, 68, 40, 6, 62, 40]
LINES = [([WEST, EAST], SYSTEM), ([ONE, TWO, THREE], SYSTEM)]
OVERLAPS = [(WEST, ONE), (WEST, TWO), (EAST, TWO), (EAST, THREE)]


def _with_overlaps(cells: Cells, pairs: list[tuple[int, int]] = OVERLAPS) -> Cells:
    return with_overlaps(cells, np.array([one for one, _ in pairs]), np.array([two for _, two in pairs]))


def _hidden(size: int, *places: int) -> np.ndarray:
    hidden = np.zeros(size, dtype=bool)
    hidden[[*places, *range(len(AMOUNTS), size)]] = True
    return hidden


def test_a_network_within_a_borough_is_narrowed_by_it_and_by_its_neighbour() -> None:
    """The west has 68 to 72, network two at most 62: network one has 6 or more, as integers say too."""
    alone = cells_of(AMOUNTS, LINES)
    together = _with_overlaps(alone)
    assert not still_exposed(alone, _hidden(alone.size, ONE, THREE)).any()
    assert np.flatnonzero(still_exposed(together, _hidden(together.size, ONE, THREE))).tolist() == [ONE]
    shown = [110, 70, 40, None, 60, None, None, None, None, None]
    crossing = [([6, 7], WEST), ([8, 9], EAST), ([6], ONE), ([7, 8], TWO), ([9], THREE)]
    assert attacked_range(shown, [*LINES, *crossing], ONE)[0] == 6
    assert attacked_range(shown, LINES, ONE)[0] == 0


def test_more_is_suppressed_until_the_overlaps_tell_nothing() -> None:
    together = _with_overlaps(cells_of(AMOUNTS, LINES))
    hidden = suppress(together, _hidden(together.size))
    assert hidden[ONE]
    assert not still_exposed(together, hidden).any()
    assert not hidden[: len(AMOUNTS)].all()


def test_an_area_that_is_not_published_takes_up_what_the_others_lack() -> None:
    """People of the west without a network: network one may then have fewer than the others leave for it."""
    pairs = [*OVERLAPS, (WEST, -1)]
    together = _with_overlaps(cells_of([114, 74, 40, 6, 62, 40], [LINES[0]]), pairs)
    assert not still_exposed(together, _hidden(together.size, ONE, THREE)).any()


@pytest.mark.parametrize("seed", range(5))
def test_no_sensitive_count_can_be_narrowed_with_whole_numbers_either(seed: int) -> None:
    """Boroughs and networks of a random economy, attacked apart from the product."""
    random = np.random.default_rng(seed)
    crossing = random.integers(0, 25, (3, 5)) * (random.random((3, 5)) < 0.6)
    boroughs, networks = crossing.sum(axis=1), crossing.sum(axis=0)
    amounts = [int(n) for n in (crossing.sum(), *boroughs, *networks)]
    lines = [(range(1, 4), 0), (range(4, 9), 0)]
    pairs = [(1 + b, 4 + n) for b, n in zip(*np.nonzero(crossing), strict=True)]
    cells = _with_overlaps(cells_of(amounts, lines), pairs)
    hidden = suppress(cells, np.arange(cells.size) >= len(amounts))
    assert not still_exposed(cells, hidden).any()
    shown = [
        None if hidden[n] else 5 * ((amount + 2) // 5) for n, amount in enumerate(amounts)
    ] + [None] * len(pairs)  # fmt: skip
    sums = lines + [
        ([len(amounts) + n for n, pair in enumerate(pairs) if area in pair], area)
        for area in range(1, 9)
        if any(area in pair for pair in pairs)
    ]
    for place in np.flatnonzero(cells.sensitive):
        low, high = attacked_range(shown, sums, int(place))
        assert low <= 1
        assert high >= 7
