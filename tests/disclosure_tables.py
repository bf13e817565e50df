"""Tables of counts that add up, for tests of disclosure control, and an attacker of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from pipeline.disclosure.cells import Cells

Line = tuple[Iterable[int], int]  # places of the parts, place of the total


def cells_of(
    amounts: Sequence[int], lines: Sequence[Line], *, few_people: Iterable[int] = (),
    before: dict[int, tuple[int, int]] | None = None,
) -> Cells:  # fmt: skip
    """Cells of these amounts; ``few_people`` are places of larger amounts that rest on 1 to 7 people."""
    amount = np.array(amounts, dtype=float)
    sensitive = (amount > 0) & (amount <= 7)
    sensitive[list(few_people)] = True
    matrix = sparse.lil_array((len(lines), len(amounts)))
    for row, (parts, total) in enumerate(lines):
        matrix[row, list(parts)] = 1
        matrix[row, total] = -1
    low, high = np.zeros(len(amounts)), np.full(len(amounts), np.inf)
    for place, (least, most) in (before or {}).items():
        low[place], high[place] = least, most
    none = np.zeros(len(amounts), dtype=bool)
    return Cells(
        amount=amount, sensitive=sensitive, lines=matrix.tocsr(), low_before=low, high_before=high,
        is_rest=none, is_derived=none, known_sums=matrix.tocsr() @ amount,
        limits=sparse.csr_array((0, len(amounts))),
    )  # fmt: skip


def grid(counts: np.ndarray) -> tuple[list[int], list[Line]]:
    """A table of rows and columns with all its totals, in one list of amounts, and its sums."""
    rows, columns = counts.shape
    whole = np.zeros((rows + 1, columns + 1), dtype=int)
    whole[:rows, :columns] = counts
    whole[rows] = whole[:rows].sum(axis=0)
    whole[:, columns] = whole[:, :columns].sum(axis=1)
    place = np.arange(whole.size).reshape(whole.shape)
    lines = [(place[r, :columns], int(place[r, columns])) for r in range(rows + 1)]
    lines += [(place[:rows, c], int(place[rows, c])) for c in range(columns + 1)]
    return [int(n) for n in whole.ravel()], lines


def attacked_range(shown: Sequence[int | None], lines: Sequence[Line], place: int) -> tuple[float, float]:
    """Least and most that one count can be for someone who has the published table, whole numbers only.

    Written apart from the product: by integer programming, from the shown values and nothing else.
    """
    low = [0 if n is None or n == 0 else max(8, n - 2) for n in shown]
    high = [10_000 if n is None else 0 if n == 0 else n + 2 for n in shown]
    sums = np.zeros((len(lines), len(shown)))
    for row, (parts, total) in enumerate(lines):
        sums[row, list(parts)] = 1
        sums[row, total] = -1
    found = []
    for sign in (1, -1):
        goal = np.zeros(len(shown))
        goal[place] = sign
        outcome = milp(
            goal, integrality=np.ones(len(shown)), bounds=Bounds(low, high),
            constraints=LinearConstraint(sums, 0, 0),
        )  # fmt: skip
        found.append(abs(round(outcome.fun)))
    return float(found[0]), float(found[1])
