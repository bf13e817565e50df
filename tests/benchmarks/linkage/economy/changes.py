"""A night's change: which records a sender has changed, added or taken back since the night before."""

from __future__ import annotations

from pathlib import Path

import duckdb

_CHANGES = Path(__file__).with_name("changes.sql")


def define(connection: duckdb.DuckDBPyConnection, record: Path, *, share: float, seed: int) -> None:
    """Define the view ``record``: those of the file ``record``, of which ``share`` have changed."""
    connection.execute("set variable share = ?", [share])
    connection.execute("set variable seed = ?", [seed])
    connection.execute(f"create or replace temp view record_before as select * from '{record}'")
    connection.execute(_CHANGES.read_text(encoding="utf-8"))
