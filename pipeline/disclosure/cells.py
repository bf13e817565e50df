"""Cells and the sums that tie them, as arrays: what the search for a pattern and the attack work on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from pipeline.disclosure.rule import (
    AMOUNT_MARGIN,
    LARGEST_SUPPRESSED,
    ROUNDED_TO,
    ROUNDING_SLACK,
    SMALLEST_SUPPRESSED,
)

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Cells that are published together, and the lines of cells that add up.

    ``amount`` is the true value of each cell; ``sensitive`` says whether the rule suppresses it;
    ``lines`` has a row a sum and a column a cell: +1 a part, -1 the total. ``known_sums`` is what each line's
    signed cells truly come to, which counts as known to the attacker. ``low_before`` and
    ``high_before`` are what earlier releases said of the cell: 0 and infinity where nothing.

    Two kinds of cell stand in no table, and are always hidden: a rest is what a line lacks (people without a
    borough), and protects nothing where that is little: each row of ``limits`` times the cells is at most
    ``LARGEST_SUPPRESSED``; a derived one is a total that no table gives, or what two areas have in common. Of
    the latter ``amount`` need not be known, only ``known_sums``.
    """

    amount: Numbers
    sensitive: Flags
    lines: Any  # scipy.sparse.csr_array, lines x cells
    low_before: Numbers
    high_before: Numbers
    is_rest: Flags
    is_derived: Flags
    known_sums: Numbers
    limits: Any  # scipy.sparse.csr_array, rests that are little x cells

    @property
    def size(self) -> int:
        return len(self.amount)

    def part(self, places: Places, lines: Places) -> Cells:
        """Only the cells and lines of these places; the lines must hold no other cell that is not 0."""
        limits = self.limits[:, places]
        is_whole = np.diff(limits.indptr) == np.diff(self.limits.indptr)
        return Cells(
            amount=self.amount[places],
            sensitive=self.sensitive[places],
            lines=self.lines[lines][:, places],
            low_before=self.low_before[places],
            high_before=self.high_before[places],
            is_rest=self.is_rest[places],
            is_derived=self.is_derived[places],
            known_sums=self.known_sums[lines],
            limits=limits[np.flatnonzero(is_whole & (np.diff(limits.indptr) > 0))],
        )


def ranges(cells: Cells, hidden: Flags) -> tuple[Numbers, Numbers]:
    """Least and most that each cell can be, by what is shown of it now and before.

    What an earlier release said counts where it is still true: an attacker takes a past period's
    figure as final, and is right in it unless the figure has changed.
    """
    shown = ROUNDED_TO * ((cells.amount + ROUNDED_TO // 2) // ROUNDED_TO)
    low = np.where(hidden, 0.0, np.maximum(LARGEST_SUPPRESSED + 1, shown - ROUNDING_SLACK))
    high = np.where(hidden, np.inf, shown + ROUNDING_SLACK)
    is_zero = ~hidden & (cells.amount == 0)
    low, high = np.where(is_zero, 0.0, low), np.where(is_zero, 0.0, high)
    still = (cells.low_before <= cells.amount) & (cells.amount <= cells.high_before)
    return (
        np.where(still, np.maximum(low, cells.low_before), low),
        np.where(still, np.minimum(high, cells.high_before), high),
    )


def ranges_together(cells: Cells, hidden: Flags) -> tuple[Numbers, Numbers]:
    """The same for who looks at all lines at once: a rest of a total that is not shown is little beside what
    that total can be, which ``limits`` say, and not beside what it is.
    """
    low, high = ranges(cells, hidden)
    entries = cells.limits.tocoo()
    is_total = entries.data < 0
    is_open = np.isin(entries.row, entries.row[is_total & hidden[entries.col]])
    high[entries.col[~is_total & is_open]] = np.inf
    return low, high


def ranges_to_keep(cells: Cells) -> tuple[Numbers, Numbers]:
    """Least and most that must stay possible of each sensitive cell: the rule's ``range_to_keep``."""
    margin = np.maximum(LARGEST_SUPPRESSED - SMALLEST_SUPPRESSED, np.round(AMOUNT_MARGIN * cells.amount))
    is_small = cells.amount <= LARGEST_SUPPRESSED
    low = np.where(is_small, float(SMALLEST_SUPPRESSED), np.maximum(0.0, cells.amount - margin))
    high = np.where(is_small, float(LARGEST_SUPPRESSED), cells.amount + margin)
    return np.where(cells.sensitive, low, cells.amount), np.where(cells.sensitive, high, cells.amount)


def components(cells: Cells) -> list[tuple[Places, Places]]:
    """Cells and lines that hang together, over cells that can be something else than a shown 0."""
    lines = cells.lines.tocsr()
    n_lines = lines.shape[0]
    graph = scipy.sparse.bmat([[None, abs(lines)], [abs(lines).T, None]], format="csr")
    count, label = scipy.sparse.csgraph.connected_components(graph, directed=False)
    order = np.argsort(label, kind="stable")
    bounds = np.searchsorted(label[order], np.arange(count + 1))
    groups = (order[start:end] for start, end in pairwise(bounds))
    return [(group[group >= n_lines] - n_lines, group[group < n_lines]) for group in groups]
