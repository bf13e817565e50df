"""A SQLAlchemy dialect over a DuckDB connection that is open already.

Great Expectations reads a result after it has given the connection back. A dialect that hands out
DuckDB's own cursors has dropped the result by then, so the cursor here fetches when it executes:
results of expectations are a few counts. Two more reasons for a dialect of our own: views and
variables of the one connection stay in sight, and an error carries no text of DuckDB's, because a
failed conversion prints the value that it failed on.

URL: ``duckdb+open:///<token>``, the token as :func:`serve` gives it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
from sqlalchemy import types
from sqlalchemy.dialects import registry
from sqlalchemy.engine.default import DefaultDialect

_served: dict[str, duckdb.DuckDBPyConnection] = {}


@contextmanager
def serve(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """URL under which SQLAlchemy reaches ``connection`` for as long as the block lasts."""
    token = secrets.token_hex(8)
    _served[token] = connection
    try:
        yield f"duckdb+open:///{token}"
    finally:
        del _served[token]


class QueryFailedError(duckdb.Error):
    """A statement failed; says only with which kind of error, because DuckDB's text shows values."""


class FetchedCursor:
    """DB-API cursor that holds the whole result from the moment it executes."""

    arraysize = 1
    rowcount = -1

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._rows: list[tuple[Any, ...]] = []
        self.description: Sequence[Any] | None = None

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> FetchedCursor:
        """Run the statement and fetch all of its rows."""
        try:
            done = self._connection.execute(statement, list(parameters) or None)
            self.description = done.description
            self._rows = done.fetchall() if done.description else []
        except duckdb.Error as error:
            raise QueryFailedError(type(error).__name__) from None
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row, if any."""
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        """The next ``size`` rows."""
        size = size or self.arraysize
        taken, self._rows = self._rows[:size], self._rows[size:]
        return taken

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows that are left."""
        taken, self._rows = self._rows, []
        return taken

    def close(self) -> None:
        """Forget the rows."""
        self._rows = []


class OpenConnection:
    """DB-API face of a served connection: closing it leaves the DuckDB connection open."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def cursor(self) -> FetchedCursor:
        """A cursor on the same connection, so that its temporary views are seen."""
        return FetchedCursor(self._connection)

    def commit(self) -> None:
        """Nothing to do: expectations only read."""

    def rollback(self) -> None:
        """Nothing to do: expectations only read."""

    def close(self) -> None:
        """Nothing to do: whoever served the connection closes it."""


class OpenDuckDB:
    """The DB-API module that SQLAlchemy asks for."""

    apilevel = "2.0"
    threadsafety = 0
    paramstyle = "qmark"
    Warning = Warning
    Error = duckdb.Error
    InterfaceError = duckdb.Error
    DatabaseError = duckdb.DatabaseError
    DataError = duckdb.DataError
    OperationalError = duckdb.OperationalError
    IntegrityError = duckdb.IntegrityError
    InternalError = duckdb.InternalError
    ProgrammingError = duckdb.ProgrammingError
    NotSupportedError = duckdb.NotSupportedError

    @staticmethod
    def connect(token: str) -> OpenConnection:
        """The served connection of that token."""
        return OpenConnection(_served[token])


class OpenDuckDBDialect(DefaultDialect):
    """What SQLAlchemy and Great Expectations need to read DuckDB: names, columns, statements."""

    name = "duckdb"
    driver = "open"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Any:
        """The DB-API module."""
        return OpenDuckDB

    def create_connect_args(self, url: Any) -> Any:
        """The token is the URL's database part."""
        return [url.database], {}

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Expectations only read, and DuckDB refuses to roll back where nothing was begun."""

    def get_schema_names(self, connection: Any, **_: Any) -> list[str]:
        """All schemas of the database in use."""
        return _names(connection, "select distinct schema_name from information_schema.schemata")

    def get_table_names(self, connection: Any, schema: str | None = None, **_: Any) -> list[str]:
        """Tables and views: an expectation may have either as its batch."""
        statement = (
            "select table_name from information_schema.tables where table_schema = coalesce(?, 'main')"
        )
        return _names(connection, statement, schema)

    def get_view_names(self, connection: Any, schema: str | None = None, **_: Any) -> list[str]:
        """None beside those that :meth:`get_table_names` gives."""
        return []

    def has_table(self, connection: Any, table_name: str, schema: str | None = None, **_: Any) -> bool:
        """Whether a table or view of that name can be read."""
        return table_name in self.get_table_names(connection, schema)

    def get_columns(self, connection: Any, table_name: str, schema: str | None = None, **_: Any) -> Any:
        """Column names; types are left to DuckDB, as all statements are SQL text."""
        statement = (
            "select column_name from information_schema.columns "
            "where table_name = ? and table_schema = coalesce(?, 'main') order by ordinal_position"
        )
        found = _names(connection, statement, table_name, schema)
        return [{"name": name, "type": types.NullType(), "nullable": True, "default": None} for name in found]


def _names(connection: Any, statement: str, *parameters: str | None) -> list[str]:
    return [row[0] for row in connection.exec_driver_sql(statement, parameters).fetchall()]


registry.register("duckdb.open", __name__, OpenDuckDBDialect.__name__)
