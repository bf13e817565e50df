"""Tables that prove that counts are protected: each shows some of them as large, or as small, as they must be
able to be.

To find one is work for a solver, to check one is a multiplication. Whoever hides counts finds them; whoever
judges what was hidden checks each against what is published, believes none that does not fit, and looks for
those that are missing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.disclosure.cells import Cells, Numbers, Places


class Tables:
    """Whole tables, put together of what was found for parts that do not hang together."""

    def __init__(self, cells: Cells) -> None:
        self._amount = cells.amount
        self._found: list[Numbers] = []
        self._used = np.zeros(cells.size, dtype=np.int64)

    def add(self, places: Places, found: Sequence[Numbers]) -> None:
        """Add tables of the cells at ``places``; all others have their true amounts beside them."""
        first = int(self._used[places].max(initial=0))
        for n, table in enumerate(found, start=first):
            if n == len(self._found):
                self._found.append(self._amount.copy())
            self._found[n][places] = table
        self._used[places] = first + len(found)

    def of(self, places: Places) -> list[Numbers]:
        """What was found of the cells at ``places``.

        A table without some of them is of other cells: it proves nothing, and is left out.
        """
        last = int(places.max(initial=-1))
        used = self._used[places].max(initial=0) if last < len(self._used) else 0
        return [table[places] for table in self._found[: int(used)] if last < len(table)]
