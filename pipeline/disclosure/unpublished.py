"""Cells that stand in no table and yet tie published ones together: rests, and what areas have in common."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy

from pipeline.disclosure.cells import Cells, Flags, Numbers, Places
from pipeline.disclosure.rule import LARGEST_SUPPRESSED

_LACKING_SHARE = 0.05  # of a total, up to which the attacker may take its parts for nearly all of it


def with_rests(cells: Cells) -> Cells:
    """Where a line does not quite add up, what it lacks becomes a cell of its own, after the others.

    People of a practice that left its network, or who came into another group within the year: nobody outside
    knows how many. Of a line that lacks little the attacker takes it that the rest is little,
    beside a total that is shown; beside one that is not, whatever that may be.
    """
    lacking, totals = -cells.known_sums, np.asarray(-(cells.lines.minimum(0.0) @ cells.amount))
    rows = np.flatnonzero(lacking)
    rest, little = np.abs(lacking[rows]), np.maximum(_LACKING_SHARE * totals[rows], LARGEST_SUPPRESSED)
    beside = scipy.sparse.csr_array(
        (np.sign(lacking[rows]), (rows, np.arange(len(rows)))), shape=(cells.lines.shape[0], len(rows))
    )
    wider = _append(cells, amount=rest, high=np.where(rest <= little, little, np.inf), is_rest=True)
    lines = scipy.sparse.hstack([cells.lines, beside], format="csr")
    limits = _little_beside(
        cells, rows[rest <= little], cells.size + np.flatnonzero(rest <= little), wider.size
    )
    return replace(wider, lines=lines, known_sums=np.zeros_like(cells.known_sums), limits=limits)


def _little_beside(cells: Cells, rows: Places, rests: Places, size: int) -> scipy.sparse.csr_array:
    """A row a rest that is little: it less a share of the totals of its line."""
    totals = (_LACKING_SHARE * cells.lines.tocsr()[rows].minimum(0.0)).tocoo()
    number = np.arange(len(rows))
    return scipy.sparse.csr_array(
        (
            np.concatenate([np.ones(len(rows)), totals.data]),
            (np.concatenate([number, totals.row]), np.concatenate([rests, totals.col])),
        ),
        shape=(len(rows), size),
    )


def with_overlaps(cells: Cells, one: Places, other: Places) -> Cells:
    """Beside the others, what two areas have in common, a cell a pair: the pairs of an area add up to it.

    ``one`` and ``other`` hold the cells of each pair's two areas, -1 where an area is not published. The
    attacker knows which areas overlap, and not by how much: the amounts are left out, and are not needed.
    """
    pairs = np.arange(len(one)) + cells.size
    wider = _append(cells, amount=np.zeros(len(pairs)), high=np.full(len(pairs), np.inf), is_rest=False)
    added = [_sums_of(one, pairs, wider.size), _sums_of(other, pairs, wider.size)]
    lines = scipy.sparse.csr_array(cells.lines)
    lines.resize((lines.shape[0], wider.size))
    lines = scipy.sparse.vstack([lines, *added], format="csr")
    known = np.concatenate([cells.known_sums, np.zeros(lines.shape[0] - len(cells.known_sums))])
    return replace(wider, lines=lines, known_sums=known)


def _sums_of(areas: Places, pairs: Places, size: int) -> scipy.sparse.csr_array:
    """A line an area: its pairs are the parts, the area is the total."""
    published = areas >= 0
    totals, line = np.unique(areas[published], return_inverse=True)
    rows = np.concatenate([line, np.arange(len(totals))])
    columns = np.concatenate([pairs[published], totals])
    signs = np.concatenate([np.ones(len(line)), -np.ones(len(totals))])
    return scipy.sparse.csr_array((signs, (rows, columns)), shape=(len(totals), size))


def _append(cells: Cells, *, amount: Numbers, high: Numbers, is_rest: bool) -> Cells:
    """The cells with unpublished ones behind them; their lines are still those of the cells before."""
    more = len(amount)
    limits = scipy.sparse.csr_array(cells.limits)
    limits.resize((limits.shape[0], cells.size + more))
    return replace(
        cells,
        limits=limits,
        amount=np.concatenate([cells.amount, amount]),
        sensitive=_longer(cells.sensitive, more, False),
        low_before=np.concatenate([cells.low_before, np.zeros(more)]),
        high_before=np.concatenate([cells.high_before, high]),
        is_rest=_longer(cells.is_rest, more, is_rest),
        is_derived=_longer(cells.is_derived, more, not is_rest),
    )


def _longer(flags: Flags, more: int, value: bool) -> Flags:
    return np.concatenate([flags, np.full(more, value)])
