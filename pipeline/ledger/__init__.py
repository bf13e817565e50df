"""The ledger: what every run did to every file, in counts that balance.

SQLite, because mapped Airflow tasks write to it from several processes at once and DuckDB lets
only one process write. Tables: :file:`schema.sql`. No value from a record is ever put in it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SCHEMA = Path(__file__).with_name("schema.sql")
_BUSY_SECONDS = 60.0  # how long one writer waits for another


class Ledger:
    """One deployment's ledger file; every method opens, commits and closes its own connection."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._open() as connection:
            connection.executescript("pragma journal_mode = wal;\n" + _SCHEMA.read_text("utf-8"))
        path.chmod(0o600)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level="IMMEDIATE")
        connection.row_factory = sqlite3.Row
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction that is committed whole or not at all."""
        with self._open() as connection:
            connection.execute("begin immediate")
            yield connection

    def put(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows, replacing those with the same primary key; all rows have the same columns."""
        rows = list(rows)
        if not rows:
            return
        names = list(rows[0])
        marks = ", ".join(f":{name}" for name in names)
        statement = f"insert or replace into {table} ({', '.join(names)}) values ({marks})"
        with self._open() as connection:
            connection.executemany(statement, rows)

    def query(
        self, statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
    ) -> list[dict[str, Any]]:
        """Rows of a read-only query as dictionaries; parameters by position or by name."""
        with self._open() as connection:
            return [dict(row) for row in connection.execute(statement, parameters)]

    def tables(self) -> list[str]:
        """Names of all tables, in alphabetical order."""
        found = self.query("select name from sqlite_master where type = 'table' order by name")
        return [row["name"] for row in found]
