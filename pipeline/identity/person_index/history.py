"""Rows of the vault as intervals of linkings, so that a linking can be undone without copies of whole tables.

A row that stands carries the number of the linking that wrote it (``written_seq``); a row that was replaced
or removed lies in ``<table>_past`` with ``replaced_seq`` as well. What a table held before linking *n* are
the rows written before *n* that are not replaced, or replaced by *n* or later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from pipeline.duck import has_rows, identifier

KEPT_LINKINGS = 30  # so many can be undone; older rows of the past are personal data without a use


@dataclass(frozen=True, slots=True)
class Versioned:
    """A table of the vault with a history; ``key`` are the columns that name a row."""

    name: str
    key: tuple[str, ...]

    @property
    def past(self) -> str:
        """The table of rows that were replaced or removed."""
        return f"{self.name}_past"


RECORD = Versioned("record", ("record_key",))
PERSON = Versioned("person", ("person_id",))
PERSON_INDEX = Versioned("person_index", ("nhs_number",))
EDGE = Versioned("edge", ("left_key", "right_key"))
JOINED = Versioned("joined", ("left_key", "right_key"))
SUPERSEDING = Versioned("superseding", ("record_key", "old_number", "new_number"))
CONTRADICTION = Versioned("contradiction", ("left_key", "right_key"))
CANDIDATE = Versioned("candidate", ("record_key", "nhs_number"))
VERSIONED = (RECORD, PERSON, PERSON_INDEX, EDGE, JOINED, SUPERSEDING, CONTRADICTION, CANDIDATE)


def replace_rows(
    connection: DuckDBPyConnection,
    table: Versioned,
    *,
    seq: int,
    fresh: str,
    gone: str | None = None,
    before: str | None = None,
) -> None:
    """Put the rows of relation ``fresh`` in the place of those of the same key, and take out ``gone``.

    ``fresh`` has the table's columns without ``written_seq``; ``gone`` has its key columns. ``before`` has at
    least those of the table's rows that go or are replaced: without it, the whole table is read for them.
    """
    _make_past(connection, table)
    keys = ", ".join(table.key)
    touched = f"select {keys} from {fresh}" + (f" union select {keys} from {gone}" if gone else "")
    connection.execute(f"create or replace temp table key_touched as {touched}")
    if not has_rows(connection, "key_touched"):
        return
    same = " and ".join(f"t.{name} = k.{name}" for name in table.key)
    connection.execute(
        f"insert into vault.{table.past} by name select t.*, {seq}::integer as replaced_seq "
        f"from {before or f'vault.{table.name}'} as t semi join key_touched as k on {same}"
    )
    connection.execute(f"delete from vault.{table.name} as t using key_touched as k where {same}")
    connection.execute(
        f"insert into vault.{table.name} by name select *, {seq}::integer as written_seq from {fresh}"
    )


def restore_rows(connection: DuckDBPyConnection, table: Versioned, *, seq: int) -> None:
    """Bring a table back to what it held before linking ``seq``."""
    _make_past(connection, table)
    name, past = f"vault.{table.name}", f"vault.{table.past}"
    connection.execute(f"delete from {name} where written_seq >= {seq}")
    connection.execute(
        f"insert into {name} by name select * exclude (replaced_seq) from {past} "
        f"where replaced_seq >= {seq} and coalesce(written_seq, 0) < {seq}"
    )
    connection.execute(f"delete from {past} where replaced_seq >= {seq}")


def columns_of(connection: DuckDBPyConnection, relation: str) -> str:
    """The columns of a relation, quoted and listed."""
    return ", ".join(identifier(row[0]) for row in connection.execute(f"describe {relation}").fetchall())


def require_table(connection: DuckDBPyConnection, table: Versioned, like: str) -> None:
    """Make a table of the vault with the columns of temp table ``like``, or add those that it lacks."""
    connection.execute(
        f"create table if not exists vault.{table.name} as "
        f"select *, 0::integer as written_seq from {like} limit 0"
    )
    _add_columns(connection, f"vault.{table.name}", like)


def standing_tables(connection: DuckDBPyConnection, tables: Iterable[Versioned]) -> list[Versioned]:
    """Those of ``tables`` that the vault has: some are made by the first linking."""
    found = connection.execute(
        "select table_name from duckdb_tables() where database_name = 'vault'"
    ).fetchall()
    names = {row[0] for row in found}
    return [table for table in tables if table.name in names]


def forget_past(connection: DuckDBPyConnection, *, seq: int) -> None:
    """Delete what only an undoing of linkings older than :data:`KEPT_LINKINGS` would need."""
    for table in standing_tables(connection, VERSIONED):
        _make_past(connection, table)
        connection.execute(f"delete from vault.{table.past} where replaced_seq <= {seq - KEPT_LINKINGS}")


def _make_past(connection: DuckDBPyConnection, table: Versioned) -> None:
    """The table of the past with today's columns of the table, those of later versions added."""
    connection.execute(
        f"create table if not exists vault.{table.past} as "
        f"select *, 0::integer as replaced_seq from vault.{table.name} limit 0"
    )
    _add_columns(connection, f"vault.{table.past}", f"vault.{table.name}")


def _add_columns(connection: DuckDBPyConnection, table: str, like: str) -> None:
    known = {name for name, *_ in connection.execute(f"describe {table}").fetchall()}
    for name, kind, *_ in connection.execute(f"describe {like}").fetchall():
        if name not in known:
            connection.execute(f"alter table {table} add column {identifier(name)} {kind}")
