"""Which cells to suppress so that nothing can be had by subtraction.

First what one line alone gives away, over all cells at once; then, part by part of what hangs
together, what the attack still narrows. Each round suppresses more, so the rounds end.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.disclosure.attack import Proof, binding, exposed
from pipeline.disclosure.cells import Cells, Flags, Numbers, Places, components, ranges, ranges_to_keep
from pipeline.disclosure.tables import Tables


def suppress(cells: Cells, kept_hidden: Flags | None = None, tables: Tables | None = None) -> Flags:
    """Which cells are hidden: sensitive ones, ``kept_hidden``, and those that would give them away.

    What cannot be protected, because an earlier release gave it away, stays exposed; the gate
    refuses it. ``tables`` are used and added to.
    """
    tables = tables or Tables(cells)
    hidden = cells.sensitive.copy() if kept_hidden is None else cells.sensitive | kept_hidden
    _hide_line_by_line(cells, hidden)
    for places, lines in _parts(cells, hidden):
        if not _hide_in_part(cells, hidden, (places, lines), tables):
            everything = np.flatnonzero(abs(cells.lines[lines]).sum(axis=0))
            _hide_in_part(cells, hidden, (everything, lines), tables)
    return hidden


def _hide_in_part(cells: Cells, hidden: Flags, of: tuple[Places, Places], tables: Tables) -> bool:
    """Hide what protects the cells of one part, by its places and lines; whether that was enough.

    A shown 0 belongs to no part, and so is hidden only where nothing else helps: with all cells of the part's
    lines for its places.
    """
    places, lines = of
    part, within = cells.part(places, lines), hidden[places]
    proof = Proof.none(part)
    is_protected = _hide_until_protected(part, within, proof, tables.of(places))
    hidden[places] = within
    tables.add(places, proof.tables)
    return is_protected


def still_exposed(cells: Cells, hidden: Flags, tables: Tables | None = None) -> Flags:
    """Which sensitive cells can be narrowed, over all that hangs together.

    ``tables`` that whoever hid the cells found are checked, and spare looking for others.
    """
    found = cells.sensitive & ~hidden
    for places, lines in _parts(cells, hidden):
        known = tables.of(places) if tables else []
        found[places] |= exposed(cells.part(places, lines), hidden[places], known=known)
    return found


def _parts(cells: Cells, hidden: Flags) -> list[tuple[Places, Places]]:
    """Cells and lines that hang together and hold a sensitive cell; a shown 0 ties nothing together."""
    loose = np.flatnonzero((cells.amount != 0) | hidden)
    whole = cells.part(loose, np.arange(cells.lines.shape[0]))
    found = ((loose[places], lines) for places, lines in components(whole) if len(places))
    return [(places, lines) for places, lines in found if cells.sensitive[places].any()]


def _hide_until_protected(cells: Cells, hidden: Flags, proof: Proof, known: Sequence[Numbers]) -> bool:
    """Hide, for each exposed cell, the smallest of the shown cells that narrow it, round by round.

    Whether no cell is exposed at the end; otherwise nothing that could be hidden narrows one.
    """
    found = exposed(cells, hidden, proof, one_by_one=False, known=known)
    while found.any():
        added = {_smallest(cells, binding(cells, hidden, proof, int(p))) for p in np.flatnonzero(found)} - {
            -1
        }
        if not added:
            return bool((proof.up & proof.down).all())
        hidden[sorted(added)] = True
        _hide_line_by_line(cells, hidden)
        found = ~(proof.up & proof.down)
    return True


def _smallest(cells: Cells, shown: Flags) -> int:
    """The place of the smallest cell that may be hidden, a 0 last; -1 where there is none."""
    free = np.flatnonzero(shown & _can_hide(cells))
    if not len(free):
        return -1
    return int(free[np.lexsort((cells.amount[free], cells.amount[free] == 0))[0]])


def _can_hide(cells: Cells) -> Flags:
    """A cell that an earlier release showed, and that has not changed, hides nothing."""
    still = (cells.low_before <= cells.amount) & (cells.amount <= cells.high_before)
    return ~(still & np.isfinite(cells.high_before))


def _hide_line_by_line(cells: Cells, hidden: Flags) -> None:
    """Hide one part more of every line that narrows a sensitive cell by itself, until none does.

    The smallest part first, the total after the parts, and a 0, which should stay a 0, last.
    """
    entries = cells.lines.tocoo()
    line, place, sign = entries.row, entries.col, entries.data
    can_hide, (least, most) = _can_hide(cells), ranges_to_keep(cells)
    sums = cells.known_sums
    while True:
        low, high = ranges(cells, hidden)
        top = _share(line, place, sign, low, high, sums)
        narrowed = np.zeros(len(line), dtype=bool)
        target = cells.sensitive[place]
        narrowed[target] = (top[1] < most[place])[target] | (top[0] > least[place])[target]
        open_lines = np.union1d(line[narrowed], _lone(cells, hidden))
        free = np.isin(line, open_lines) & ~hidden[place] & can_hide[place]
        if not free.any():
            return
        rows = np.flatnonzero(free)
        order = np.lexsort(
            (cells.amount[place[rows]], sign[rows] < 0, cells.amount[place[rows]] == 0, line[rows])
        )
        first = rows[order][np.unique(line[rows][order], return_index=True)[1]]
        hidden[place[first]] = True


def _lone(cells: Cells, hidden: Flags) -> Places:
    """Lines that show their total and all parts but one: subtraction gives that one, if only to a few."""
    entries, no_rest = cells.lines.tocoo(), hidden & ~cells.is_rest
    line, place, is_part = entries.row, entries.col, entries.data > 0
    parts = np.bincount(line, (no_rest & ~cells.is_derived)[place] & is_part, len(cells.known_sums))
    totals = np.bincount(line, no_rest[place] & ~is_part, len(cells.known_sums))
    return np.flatnonzero((parts == 1) & (totals == 0))


def _share(
    line: Places, place: Places, sign: Numbers, low: Numbers, high: Numbers, sums: Numbers
) -> tuple[Numbers, Numbers]:
    """Least and most that each cell of each line can be, by the other cells of that line alone."""
    lowest = np.where(sign > 0, low[place], -high[place])
    highest = np.where(sign > 0, high[place], -low[place])
    rest_low, rest_high = _others(line, lowest, len(sums)), _others(line, highest, len(sums))
    left, right = sums[line] - rest_high, sums[line] - rest_low
    return np.where(sign > 0, left, -right), np.where(sign > 0, right, -left)


def _others(line: Places, bound: Numbers, n_lines: int) -> Numbers:
    """Of each entry, the sum of the other entries of its line; infinite ones counted apart."""
    infinite = np.isinf(bound)
    finite = np.where(infinite, 0.0, bound)
    total = np.bincount(line, finite, n_lines)[line] - finite
    unbounded = np.bincount(line, infinite, n_lines)[line] - infinite
    sign = -np.inf if (bound == -np.inf).any() else np.inf
    return np.where(unbounded > 0, sign, total)
