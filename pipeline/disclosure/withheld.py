"""Which counts are withheld: single cells, and whole figures where no smaller choice protects a person."""

from __future__ import annotations

import numpy as np

from pipeline.disclosure.cells import Cells, Flags, Places
from pipeline.disclosure.pattern import still_exposed, suppress
from pipeline.disclosure.tables import Tables

_WIDENINGS = 3  # each withholds more; what is exposed after them is for the gate to refuse


def withhold(cells: Cells, kept_hidden: Flags, figure: Places, tables: Tables | None = None) -> Flags:
    """Which cells are not shown; unpublished ones never are.

    ``figure`` numbers the figure (a measure in a period) of each published cell; they come first. Where
    people are so few that hiding single cells protects nobody, a small area's month say, it is withheld
    everywhere. ``tables`` is added to, for whoever judges.
    """
    tables = tables or Tables(cells)
    hidden = suppress(cells, kept_hidden, tables)
    for _ in range(_WIDENINGS):
        exposed = still_exposed(cells, hidden, tables)[: len(figure)]
        if not exposed.any():
            break
        wider = hidden.copy()
        wider[: len(figure)] |= np.isin(figure, figure[exposed])
        hidden = suppress(cells, wider, tables)
    return hidden
