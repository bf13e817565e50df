"""Every count of the open product as cells and lines, with what earlier releases said of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from pipeline.disclosure.rule import LARGEST_SUPPRESSED, ROUNDING_SLACK
from pipeline.disclosure.universe import Universe, read_universe
from pipeline.errors import ChecksRefusedError
from pipeline.open_product.told import read_cells

_HERE = Path(__file__).parent
_COUNTED = ("population", "segment", "measure")
_BEFORE_LOW = f"if(shown = 0, 0, greatest({LARGEST_SUPPRESSED + 1}, shown - {ROUNDING_SLACK}))"
_BEFORE_HIGH = f"if(shown = 0, 0, shown + {ROUNDING_SLACK})"
# Of a year that runs, what was counted is a part of what is counted later: it stays the least that can be.
_BEFORE = f"""
insert into told_before
with told as ({{told}}),
same_place as (
    select
        cell_id, amount, cell.period_type, shown, {_BEFORE_LOW} as low, {_BEFORE_HIGH} as high,
        cell.period_end - told.period_end as days, told.period_start = cell.period_start as is_same_start,
    from cell inner join told using (measure, period_type, area_type, area_code, part, value)
),
moved as (
    select
        *,
        abs(days) = min(abs(days)) over (partition by cell_id) as is_nearest,
        abs(days) = min(abs(days)) filter (shown is not null) over (partition by cell_id) as is_nearest_shown,
    from same_place where days <> 0 and (period_type = 'night' or is_same_start)
)
select cell_id, shown is null, low, high from same_place where days = 0 and is_same_start
union all
select cell_id, false, low, if(days > 0 and amount > high and is_same_start, 'infinity'::double, high)
from moved where shown is not null and is_nearest_shown
union all
select cell_id, true, null, null from moved where shown is null and is_nearest
"""


def count(connection: duckdb.DuckDBPyConnection, before: Sequence[Path] = ()) -> Universe:
    """Count everything from the ``secondary_use`` that ``connection`` uses; ``before`` are the kept
    cells of earlier releases.

    Makes the temporary tables ``counted_population``, ``counted_segment``, ``counted_measure``,
    ``cell``, ``line`` and ``overlap``. Raises :class:`ChecksRefusedError` where two metrics count one
    measure in two ways: then it cannot be said what is hidden behind what.
    """
    for name in (*(f"{table}.sql" for table in _COUNTED), "cells.sql", "lines.sql", "overlaps.sql"):
        connection.execute((_HERE / name).read_text("utf-8"))
    _require_unambiguous(connection)
    _read_before(connection, before)
    return read_universe(connection)


def _require_unambiguous(connection: duckdb.DuckDBPyConnection) -> None:
    found = connection.execute(
        "select distinct measure from counted_measure where is_ambiguous order by all"
    ).fetchall()
    if found:
        listed = ", ".join(str(measure) for (measure,) in found)
        raise ChecksRefusedError(f"open: metrics count the same measure differently: {listed}")


def _read_before(connection: duckdb.DuckDBPyConnection, before: Sequence[Path]) -> None:
    """What earlier releases said of tonight's cells: the range behind what they showed of the same count of
    the same period, or that they hid it. Cells that they did not have are left out.

    A figure of the night, and of a period that runs, is told anew every night. Its count of the nearest night
    that showed it is taken for tonight's until it has visibly changed: decision 0019 says why.
    """
    connection.execute(
        "create or replace temp table told_before "
        "(cell_id bigint, is_hidden boolean, low double, high double)"
    )
    if before:
        connection.execute(_BEFORE.format(told=read_cells(before)))
