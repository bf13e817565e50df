"""The attack: how far everything that is published narrows a suppressed cell, by linear programming.

The attacker knows the rule, every value shown, that cells are not negative, how they add up, and
what earlier releases showed. HiGHS (through SciPy; MIT and BSD licences) finds the least and the
most that a cell can be. One solution is a whole table, and so proves for many cells at once that
they can be that large or that small; only the cells left over are asked about one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # what of it is used is loaded then: half a second that no other command waits for

from pipeline.disclosure.cells import Cells, Flags, Numbers, ranges, ranges_to_keep

_NEAR = 1e-6  # of what a solver reaches
_TRIES = 3  # tables that may prove nothing new before cells are asked about one by one
_UP, _DOWN = -1, 1


@dataclass(frozen=True, slots=True)
class Proof:
    """Of each cell, whether a table shows it as large, and as small, as it must be able to be.

    To hide more cells only allows more tables, so a proof stands while cells are added to the hidden.
    """

    up: Flags
    down: Flags

    @classmethod
    def none(cls, cells: Cells) -> Proof:
        """Nothing asked of cells that are not sensitive, nothing proven of the others."""
        return cls(~cells.sensitive, ~cells.sensitive)


def exposed(cells: Cells, hidden: Flags, proof: Proof | None = None, *, one_by_one: bool = True) -> Flags:
    """Which sensitive cells can be narrowed to less than their range to keep; shown ones are among them.

    ``proof`` is added to. Without ``one_by_one`` a cell that no table was found for counts as
    exposed, though asking for it alone might find one: quicker, and on the safe side.
    """
    proof = proof or Proof.none(cells)
    low, high = ranges(cells, hidden)
    least, most = ranges_to_keep(cells)
    found = cells.sensitive & ((low > least) | (high < most))
    for proven, goal, sign in ((proof.up, most, _UP), (proof.down, least, _DOWN)):
        _prove(cells, (low, high), goal, sign, proven=proven, left=~proven & ~found, one_by_one=one_by_one)
        found = found | (~proven & cells.sensitive)
    return found


def _prove(
    cells: Cells, bounds: tuple[Numbers, Numbers], goal: Numbers, sign: int, *,
    proven: Flags, left: Flags, one_by_one: bool,
) -> None:  # fmt: skip
    """Look for tables in which the cells ``left`` reach their goal; upwards or downwards."""
    random = np.random.default_rng(0)
    _note(cells.amount, goal, sign, proven, left)
    tries = 0
    while left.any() and tries < _TRIES:
        wanted = left if tries == 0 else left & (random.random(cells.size) < 0.5)
        weight = np.where(wanted, random.uniform(0.5, 1.5, cells.size), 0.0)
        tries = 0 if _note(_table(cells, bounds, goal, sign, weight), goal, sign, proven, left) else tries + 1
    while one_by_one and left.any():
        alone = np.zeros(cells.size)
        alone[np.flatnonzero(left)[0]] = 1.0
        _note(_table(cells, bounds, goal, sign, alone), goal, sign, proven, left)
        left[alone > 0] = False


def _note(table: Numbers | None, goal: Numbers, sign: int, proven: Flags, left: Flags) -> bool:
    """Take over what a table proves; whether it proved anything new."""
    if table is None:
        return False
    reached = left & (sign * (table - goal) <= _NEAR)
    proven |= reached
    left &= ~reached
    return bool(reached.any())


def _table(
    cells: Cells, bounds: tuple[Numbers, Numbers], goal: Numbers, sign: int, weight: Numbers
) -> Numbers | None:
    """A table that everything published allows, with the weighted cells as near to their goal as can be."""
    outcome = _solve(cells, bounds, goal, sign, weight)
    return np.asarray(outcome.x, dtype=np.float64) if outcome.status == 0 else None


def binding(cells: Cells, hidden: Flags, proof: Proof, place: int) -> Flags:
    """Which shown cells narrow one exposed cell: those whose range, made wider, would let it move further.

    The dual values of the linear programme say so. Adds to ``proof`` where the cell can move after all.
    """
    bounds, (least, most) = ranges(cells, hidden), ranges_to_keep(cells)
    alone = np.zeros(cells.size)
    alone[place] = 1.0
    found = np.zeros(cells.size, dtype=bool)
    for proven, goal, sign in ((proof.up, most, _UP), (proof.down, least, _DOWN)):
        if proven[place]:
            continue
        outcome = _solve(cells, bounds, goal, sign, alone)
        if outcome.status == 0 and not _note(outcome.x, goal, sign, proven, ~proven):
            found |= np.abs(outcome.lower.marginals) + np.abs(outcome.upper.marginals) > _NEAR
    return found & ~hidden


def _solve(cells: Cells, bounds: tuple[Numbers, Numbers], goal: Numbers, sign: int, weight: Numbers) -> Any:
    """No weighted cell is driven past its goal, so that none takes from the others more than it needs."""
    limits = np.column_stack(bounds)
    wanted = weight > 0
    limits[wanted, 1 if sign == _UP else 0] = goal[wanted]
    has_lines = cells.lines.shape[0] > 0
    return scipy.optimize.linprog(
        sign * weight,
        A_eq=cells.lines if has_lines else None,
        b_eq=cells.known_sums if has_lines else None,
        bounds=limits,
        method="highs",
    )
