"""Every count of the open product as cells and lines, with what earlier releases said of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from scipy import sparse

from pipeline.disclosure.cells import Cells, Flags
from pipeline.disclosure.rule import LARGEST_SUPPRESSED, ROUNDING_SLACK, is_sensitive_sql
from pipeline.duck import literal
from pipeline.errors import ChecksRefusedError

_HERE = Path(__file__).parent
_LACKING_SHARE = 0.05  # of a total, up to which the attacker may take its parts for nearly all of it
_COUNTED = ("population", "segment", "measure")
_BEFORE_LOW = f"if(shown = 0, 0, greatest({LARGEST_SUPPRESSED + 1}, shown - {ROUNDING_SLACK}))"
_BEFORE_HIGH = f"if(shown = 0, 0, shown + {ROUNDING_SLACK})"


@dataclass(frozen=True, slots=True)
class Universe:
    """The cells, in the order of the temporary table ``cell``, and which of them were hidden before.

    ``kept_hidden`` are cells that an earlier release hid and that are 0 now: to show the 0 would
    tell that 1 to 7 people have gone from a figure of the past.
    """

    cells: Cells
    kept_hidden: Flags


def count(connection: duckdb.DuckDBPyConnection, before: Iterable[Path] = ()) -> Universe:
    """Count everything from the ``secondary_use`` that ``connection`` uses; ``before`` are earlier releases.

    Makes the temporary tables ``counted_population``, ``counted_segment``, ``counted_measure``,
    ``cell`` and ``line``. Raises :class:`ChecksRefusedError` where two metrics count one measure in
    two ways: then it cannot be said what is hidden behind what.
    """
    for name in (*(f"{table}.sql" for table in _COUNTED), "cells.sql", "lines.sql"):
        connection.execute((_HERE / name).read_text("utf-8"))
    _require_unambiguous(connection)
    _read_before(connection, before)
    return _arrays(connection)


def _require_unambiguous(connection: duckdb.DuckDBPyConnection) -> None:
    found = connection.execute(
        "select distinct measure from counted_measure where is_ambiguous order by all"
    ).fetchall()
    if found:
        listed = ", ".join(str(measure) for (measure,) in found)
        raise ChecksRefusedError(f"open: metrics count the same measure differently: {listed}")


def _read_before(connection: duckdb.DuckDBPyConnection, before: Iterable[Path]) -> None:
    connection.execute(
        "create or replace temp table told_before "
        "(cell_id bigint, is_hidden boolean, low bigint, high bigint)"
    )
    statement = (_HERE / "before.sql").read_text("utf-8").format(low=_BEFORE_LOW, high=_BEFORE_HIGH)
    for path in before:
        connection.execute(f"attach {literal(path)} as before (read_only)")
        connection.execute(statement)
        connection.execute("detach before")


def _arrays(connection: duckdb.DuckDBPyConnection) -> Universe:
    """Of several releases that are still right about a cell, the attacker puts the ranges together."""
    found = connection.execute(
        f"""
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
            {is_sensitive_sql("amount", "people", "largest")} as sensitive,
            coalesce(low, 0)::double as low,
            coalesce(high, 'infinity'::double)::double as high,
            coalesce(is_hidden, false) and coalesce(amount, 0) = 0 as kept_hidden,
        from cell left join told using (cell_id)
        order by cell_id"""
    ).fetchnumpy()
    lines = connection.execute(
        # A total none of whose parts is published, or parts without their total, tie nothing together.
        "select dense_rank() over (order by line_name) - 1 as line, cell_id, sign from line "
        "qualify min(sign) over (partition by line_name) < 0 and max(sign) over (partition by line_name) > 0"
    ).fetchnumpy()
    size, n_lines = len(found["amount"]), int(lines["line"].max(initial=-1)) + 1
    matrix = sparse.csr_array(
        (lines["sign"].astype(np.float64), (lines["line"], lines["cell_id"])), shape=(n_lines, size)
    )
    cells = Cells(
        amount=found["amount"],
        sensitive=found["sensitive"].astype(bool),
        lines=matrix,
        low_before=found["low"],
        high_before=found["high"],
        is_rest=np.zeros(size, dtype=bool),
    )
    return _with_rests(Universe(cells, found["kept_hidden"].astype(bool)))


def _with_rests(universe: Universe) -> Universe:
    """Where a line does not quite add up, what it lacks is a cell of its own, after the others.

    People of a practice that left its network, or who came into another group within the year: nobody outside
    knows how many. Of a line that lacks little the attacker takes it that the rest is little.
    """
    cells = universe.cells
    lacking, totals = -cells.known_sums, np.asarray(-(cells.lines.minimum(0.0) @ cells.amount))
    rows = np.flatnonzero(lacking)
    little = np.maximum(_LACKING_SHARE * totals[rows], LARGEST_SUPPRESSED)
    beside = sparse.csr_array(
        (np.sign(lacking[rows]), (rows, np.arange(len(rows)))), shape=(cells.lines.shape[0], len(rows))
    )
    wider = Cells(
        amount=np.concatenate([cells.amount, np.abs(lacking[rows])]),
        sensitive=np.concatenate([cells.sensitive, np.zeros(len(rows), dtype=bool)]),
        lines=sparse.hstack([cells.lines, beside], format="csr"),
        low_before=np.concatenate([cells.low_before, np.zeros(len(rows))]),
        high_before=np.concatenate(
            [cells.high_before, np.where(np.abs(lacking[rows]) <= little, little, np.inf)]
        ),
        is_rest=np.concatenate([cells.is_rest, np.ones(len(rows), dtype=bool)]),
    )
    return Universe(wider, np.concatenate([universe.kept_hidden, np.ones(len(rows), dtype=bool)]))
