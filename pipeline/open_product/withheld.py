"""Which counts of the open product are withheld: whole figures where no smaller choice protects a person."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from pipeline.disclosure.cells import Flags
from pipeline.disclosure.pattern import still_exposed, suppress
from pipeline.open_product.universe import Universe

_WIDENINGS = 3  # each withholds more; what is exposed after them is for the gate to refuse
_SAME_FIGURE = """
select cell_id from cell
semi join (
    select measure, period_type, period_start from cell semi join exposed_cell using (cell_id)
) using (measure, period_type, period_start)
"""


def hidden_cells(connection: duckdb.DuckDBPyConnection, counted: Universe) -> Flags:
    """Which cells of the table ``cell`` (and rests, behind them) are not shown.

    Where people are so few that hiding single cells protects nobody, a small area's month say, the measure is
    withheld for that period everywhere.
    """
    cells = counted.cells
    hidden = suppress(cells, counted.kept_hidden)
    for _ in range(_WIDENINGS):
        exposed = still_exposed(cells, hidden)
        if not exposed.any():
            break
        hidden = suppress(cells, hidden | _same_figure(connection, exposed))
    return hidden


def _same_figure(connection: duckdb.DuckDBPyConnection, exposed: Flags) -> Flags:
    """All cells of the measures and periods that the exposed ones belong to."""
    connection.register("exposed_cell", pa.table({"cell_id": np.flatnonzero(exposed)}))
    found = connection.execute(_SAME_FIGURE).fetchnumpy()["cell_id"]
    connection.unregister("exposed_cell")
    flags = np.zeros(len(exposed), dtype=bool)
    flags[found] = True
    return flags
