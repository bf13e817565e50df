"""The attack: how far everything that is published narrows a suppressed cell, by linear programming.

The attacker knows the rule, every value shown, that cells are not negative, how they add up, and
what earlier releases showed. HiGHS (through SciPy; MIT and BSD licences) finds the least and the
most that a cell can be. One solution is a whole table, and so proves for many cells at once that
they can be that large or that small; only the cells left over are asked about one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy  # what of it is used is loaded then: half a second that no other command waits for

from pipeline.disclosure.cells import Cells, Flags, Numbers, ranges_to_keep, ranges_together
from pipeline.disclosure.rule import LARGEST_SUPPRESSED

_NEAR = 1e-6  # of what a solver reaches
_OFF = 1e-5  # that a line may be off in a table that was found before, in people or units of an amount
_TRIES = 3  # tables that may prove nothing new before cells are asked about one by one

Range = tuple[Numbers, Numbers]  # of each cell, least and most


@dataclass(frozen=True, slots=True)
class Proof:
    """Of each cell, whether a table shows it as large, and as small, as it must be able to be.

    To hide more cells only allows more tables, so a proof stands while cells are added to the hidden.
    ``tables`` are those that proved something.
    """

    up: Flags
    down: Flags
    tables: list[Numbers] = field(default_factory=list)

    @classmethod
    def none(cls, cells: Cells) -> Proof:
        """Nothing asked of cells that are not sensitive, nothing proven of the others."""
        return cls(~cells.sensitive, ~cells.sensitive)


def exposed(
    cells: Cells, hidden: Flags, proof: Proof | None = None, *, one_by_one: bool = True,
    known: Sequence[Numbers] = (),
) -> Flags:  # fmt: skip
    """Which sensitive cells can be narrowed to less than their range to keep; shown ones are among them.

    ``proof`` is added to. ``known`` are tables of these cells that may prove something: each is checked.
    Without ``one_by_one`` a cell that no table was found for counts as exposed, though asking for it alone
    might find one: quicker, and on the safe side.
    """
    proof = proof or Proof.none(cells)
    bounds, keep = ranges_together(cells, hidden), ranges_to_keep(cells)
    found = cells.sensitive & ((bounds[0] > keep[0]) | (bounds[1] < keep[1]))
    for table in known:
        if _is_possible(cells, bounds, table):
            _note(table, keep, proof)
    _prove(cells, bounds, keep, proof, asked=~found, one_by_one=one_by_one)
    return found | (cells.sensitive & ~(proof.up & proof.down))


def _prove(cells: Cells, bounds: Range, keep: Range, proof: Proof, *, asked: Flags, one_by_one: bool) -> None:
    """Look for tables in which the cells ``asked`` for are as large, and as small, as they must be able.

    What one cell of a line gains, another loses: each table pulls some up and the others down.
    """
    random = np.random.default_rng(0)
    _note(cells.amount, keep, proof)
    tries = 0
    while (pull := _pull(proof, asked, random)).any() and tries < _TRIES:
        pull *= random.uniform(0.5, 1.5, cells.size)
        tries = 0 if _note(_table(cells, bounds, keep, pull), keep, proof) else tries + 1
    if not one_by_one:
        return
    for proven, sign in ((proof.up, 1.0), (proof.down, -1.0)):
        for place in np.flatnonzero(asked & ~proven):
            if not proven[place]:  # a table for another cell may have shown it
                _note(_table(cells, bounds, keep, _alone(cells, int(place), sign)), keep, proof)


def _pull(proof: Proof, asked: Flags, random: np.random.Generator) -> Numbers:
    """1 for a cell that is pulled up, -1 down, 0 where all is proven; where neither is, by chance."""
    either = np.where(random.random(len(asked)) < 0.5, 1.0, -1.0)
    return np.where(
        asked, np.where(proof.up, np.where(proof.down, 0.0, -1.0), np.where(proof.down, 1.0, either)), 0.0
    )


def _alone(cells: Cells, place: int, sign: float) -> Numbers:
    pull = np.zeros(cells.size)
    pull[place] = sign
    return pull


def _note(table: Numbers | None, keep: Range, proof: Proof) -> bool:
    """Take over what a table proves; whether it proved anything new."""
    if table is None:
        return False
    up, down = ~proof.up & (table >= keep[1] - _NEAR), ~proof.down & (table <= keep[0] + _NEAR)
    proof.up[up], proof.down[down] = True, True
    is_new = bool(up.any() or down.any())
    if is_new:
        proof.tables.append(table)
    return is_new


def _is_possible(cells: Cells, bounds: Range, table: Numbers) -> bool:
    """Whether what is published allows the table: cells in range, lines that add up, little rests."""
    within = (table >= bounds[0] - _NEAR) & (table <= bounds[1] + _NEAR)
    adds_up = np.abs(cells.lines @ table - cells.known_sums) <= _OFF
    is_little = cells.limits @ table <= LARGEST_SUPPRESSED + _OFF
    return bool(within.all() and adds_up.all() and is_little.all())


def _table(cells: Cells, bounds: Range, keep: Range, pull: Numbers) -> Numbers | None:
    """A table that everything published allows, with the pulled cells as near to their goal as can be."""
    outcome = _solve(cells, bounds, keep, pull)
    return np.asarray(outcome.x, dtype=np.float64) if outcome.status == 0 else None


def binding(cells: Cells, hidden: Flags, proof: Proof, place: int) -> Flags:
    """Which shown cells narrow one exposed cell: those whose range, made wider, would let it move further.

    The dual values of the linear programme say so. Adds to ``proof`` where the cell can move after all.
    """
    bounds, keep = ranges_together(cells, hidden), ranges_to_keep(cells)
    found = np.zeros(cells.size, dtype=bool)
    for proven, sign in ((proof.up, 1.0), (proof.down, -1.0)):
        if proven[place]:
            continue
        outcome = _solve(cells, bounds, keep, _alone(cells, place, sign))
        if outcome.status == 0:
            _note(outcome.x, keep, proof)
        if outcome.status == 0 and not proven[place]:
            found |= np.abs(outcome.lower.marginals) + np.abs(outcome.upper.marginals) > _NEAR
    return found & ~hidden


def _solve(cells: Cells, bounds: Range, keep: Range, pull: Numbers) -> Any:
    """No cell is driven past its goal, so that none takes from the others more than it needs."""
    limits = np.column_stack(bounds)
    limits[pull > 0, 1] = keep[1][pull > 0]
    limits[pull < 0, 0] = keep[0][pull < 0]
    n_lines, n_limits = cells.lines.shape[0], cells.limits.shape[0]
    return scipy.optimize.linprog(
        -pull,
        A_eq=cells.lines if n_lines else None,
        b_eq=cells.known_sums if n_lines else None,
        A_ub=cells.limits if n_limits else None,
        b_ub=np.full(n_limits, float(LARGEST_SUPPRESSED)) if n_limits else None,
        bounds=limits,
        method="highs-ipm",  # on tens of thousands of cells a fifth of the simplex method's time
    )
