"""Every count of the open product as cells and lines, with what earlier releases said of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from pipeline.disclosure.rule import LARGEST_SUPPRESSED, ROUNDING_SLACK
from pipeline.disclosure.universe import Universe, read_universe
from pipeline.duck import literal
from pipeline.errors import ChecksRefusedError

_HERE = Path(__file__).parent
_COUNTED = ("population", "segment", "measure")
_BEFORE_LOW = f"if(shown = 0, 0, greatest({LARGEST_SUPPRESSED + 1}, shown - {ROUNDING_SLACK}))"
_BEFORE_HIGH = f"if(shown = 0, 0, shown + {ROUNDING_SLACK})"


def count(connection: duckdb.DuckDBPyConnection, before: Iterable[Path] = ()) -> Universe:
    """Count everything from the ``secondary_use`` that ``connection`` uses; ``before`` are earlier releases.

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
