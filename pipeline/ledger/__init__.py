"""The ledger: what every run did to every file, in counts that balance.

SQLite, because mapped Airflow tasks write to it from several processes at once and DuckDB lets
only one process write. Tables: :file:`schema.sql`. No value from a record is ever put in it.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.ledger import form

_BUSY_SECONDS = 60.0  # how long one writer waits for another
_Kept = tuple[sqlite3.Connection, tuple[int, int, int]]  # and the process and file that it is one of and to
_ABANDONED: list[sqlite3.Connection] = []  # of a parent process: closing them here would break its locks


class Ledger:
    """One deployment's ledger file; every method commits before it returns.

    Opening one brings it up to date (:mod:`pipeline.ledger.form`), or raises :class:`SetupError`.

    A thread keeps its connection, for opening and closing one takes longer than most of what is said to it:
    SQLite folds its log into the file whenever the last connection goes. What is asked inside a transaction
    has a connection of its own, and sees what was committed before.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._kept = threading.local()
        with self._open() as connection:
            if not form.is_current(connection):
                form.bring_up_to_date(connection)
        path.chmod(0o600)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = self._take() or self._connect()
        try:
            with connection:
                yield connection
        except BaseException:
            connection.close()
            raise
        self._keep(connection)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level="IMMEDIATE")
        connection.row_factory = sqlite3.Row
        return connection

    def _take(self) -> sqlite3.Connection | None:
        """The thread's connection, if nobody has it and it is still one to the file that lies there.

        A connection must not be carried into a forked process (SQLite, "How To Corrupt", 2.6), so the child
        leaves it alone and opens its own.
        """
        kept: _Kept | None = vars(self._kept).pop("connection", None)
        if kept is None:
            return None
        connection, place = kept
        if place == self._place():
            return connection
        if place[0] == os.getpid():
            connection.close()
        else:
            _ABANDONED.append(connection)
        return None

    def _keep(self, connection: sqlite3.Connection) -> None:
        if "connection" in vars(self._kept):
            connection.close()
        else:
            self._kept.connection = (connection, self._place())

    def _place(self) -> tuple[int, int, int]:
        """The process and the file: neither stays the same for ever."""
        try:
            found = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return os.getpid(), 0, 0
        return os.getpid(), found.st_dev, found.st_ino

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
