"""The lines of a text file as rows, numbered as the reader of NDJSON numbers them."""

from __future__ import annotations

from pathlib import Path

import duckdb

from connectors.fhir.lines import OtherLinesError, lines_of, trimmed_lines
from pipeline.duck import literal
from pipeline.landing.tables import write_parquet


def staged_lines(con: duckdb.DuckDBPyConnection, path: Path, work: Path) -> str:
    """SELECT of ``_row, line`` of the lines of ``path`` that are not blank, 1 = the first. They are written
    to ``work`` once, as several checks read them."""
    target = work / "lines.parquet"
    try:
        with trimmed_lines(con, path) as lines:
            write_parquet(con, lines, target, compression="lz4_raw")  # read a few times and thrown away
    except OtherLinesError:
        write_parquet(con, lines_of(path), target, compression="lz4_raw")
    return f"select _row, line from read_parquet({literal(target)})"
