"""Everything that is published together, as cells and lines, from the tables that a room counted it into."""

from __future__ import annotations

from dataclasses import dataclass, replace

import duckdb
import numpy as np
import scipy

from pipeline.disclosure.cells import Cells, Flags, Places
from pipeline.disclosure.pattern import still_exposed
from pipeline.disclosure.rule import is_sensitive_sql
from pipeline.disclosure.tables import Tables
from pipeline.disclosure.unpublished import with_overlaps, with_rests

# Of several releases that are still right about a cell, the attacker puts the ranges together.
_CELLS = f"""
with told as (
    select
        cell_id,
        max(low) filter (where amount between low and high) as low,
        min(high) filter (where amount between low and high) as high,
        bool_or(is_hidden) as is_hidden,
    from told_before inner join cell using (cell_id)
    group by cell_id
)
select
    coalesce(amount, 0)::double as amount,
    not is_derived and {is_sensitive_sql("amount", "people", "largest")} as sensitive,
    coalesce(low, 0)::double as low,
    coalesce(high, 'infinity'::double)::double as high,
    is_derived or (coalesce(is_hidden, false) and coalesce(amount, 0) = 0) as kept_hidden,
    is_derived,
    figure,
from cell left join told using (cell_id)
order by cell_id
"""
# A total none of whose parts is published, or parts without their total, tie nothing together.
_LINES = """
select dense_rank() over (order by line_name) - 1 as line, cell_id, sign from line
qualify min(sign) over (partition by line_name) < 0 and max(sign) over (partition by line_name) > 0
"""


@dataclass(frozen=True, slots=True)
class Universe:
    """The cells, in the order of the temporary table ``cell``, and which of them were hidden before.

    ``figure`` numbers the measure and period of each published cell, which come first. ``kept_hidden`` are
    cells that an earlier release hid and that are 0 now: to show the 0 would tell that 1 to 7 people have
    gone from a figure of the past; and what no table shows.
    """

    cells: Cells
    kept_hidden: Flags
    figure: Places


def read_universe(connection: duckdb.DuckDBPyConnection) -> Universe:
    """Read it from four temporary tables of ``connection``.

    ``cell``: cell_id from 0 on, amount, people, largest, figure, is_derived (these last); ``line``:
    line_name, cell_id, sign; ``told_before``: cell_id, is_hidden, low, high; ``overlap``: one, other (cells,
    or -1).
    """
    found = connection.execute(_CELLS).fetchnumpy()
    lines = connection.execute(_LINES).fetchnumpy()
    size, n_lines = len(found["amount"]), int(lines["line"].max(initial=-1)) + 1
    matrix = scipy.sparse.csr_array(
        (lines["sign"].astype(np.float64), (lines["line"], lines["cell_id"])), shape=(n_lines, size)
    )
    cells = Cells(
        amount=found["amount"],
        sensitive=found["sensitive"].astype(bool),
        lines=matrix,
        low_before=found["low"],
        high_before=found["high"],
        is_rest=np.zeros(size, dtype=bool),
        is_derived=found["is_derived"].astype(bool),
        known_sums=np.asarray(matrix @ found["amount"], dtype=np.float64),
        limits=scipy.sparse.csr_array((0, size)),
    )
    overlaps = connection.execute("select one, other from overlap").fetchnumpy()
    wider = with_overlaps(with_rests(cells), overlaps["one"], overlaps["other"])
    kept_hidden = np.ones(wider.size, dtype=bool)
    kept_hidden[:size] = found["kept_hidden"]
    return Universe(wider, kept_hidden, found["figure"][~cells.is_derived])


def attacked(universe: Universe, hidden: Flags, tables: Tables | None = None) -> dict[str, Flags]:
    """What is wrong with each published cell where those of ``hidden`` (of the published) are not shown.

    ``is_recoverable``: it can be narrowed from this release alone; ``is_differenced``: only together with an
    earlier release; ``was_given_away``: earlier releases alone narrow it, whatever this one hides. ``tables``
    of whoever hid them are checked, not believed.
    """
    cells, n = universe.cells, len(hidden)
    everything = np.concatenate([hidden, universe.kept_hidden[n:]])
    alone = replace(cells, low_before=np.zeros(cells.size), high_before=_unknown_before(cells))
    recoverable, none = still_exposed(alone, everything, tables), np.zeros(cells.size, dtype=bool)
    with_releases, given_away = none, none
    if (np.isfinite(cells.high_before) & ~cells.is_rest).any():
        with_releases = still_exposed(cells, everything, tables) & ~recoverable
    if with_releases.any():
        given_away = with_releases & still_exposed(cells, np.ones(cells.size, dtype=bool))
    return {
        "is_recoverable": recoverable[:n],
        "is_differenced": (with_releases & ~given_away)[:n],
        "was_given_away": given_away[:n],
    }


def _unknown_before(cells: Cells) -> np.ndarray:
    """Without earlier releases nothing is known of a cell; a rest that is little is still little."""
    return np.where(cells.is_rest, cells.high_before, np.inf)
