"""The form of a ledger: one that older code made is brought up to date, one that newer code made is refused.

Tables and columns that :file:`schema.sql` has come to are added. What it does not know was made by newer
code, whose rows this code would misread: a table, a column, or a row of ``ledger_form`` above :data:`FORM`. A
release that changes what a column means raises :data:`FORM`, here and in the last line of the schema.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from zlib import crc32

from pipeline.errors import SetupError

FORM = 1
SCHEMA = Path(__file__).with_name("schema.sql")
_NEWER = (
    "the ledger was written by a later version of this software ({what}), and nothing was changed; "
    "valid: that version or a later one, or the copy of the whole home from before the upgrade"
)
_Columns = Mapping[str, Mapping[str, sqlite3.Row]]


def is_current(connection: sqlite3.Connection) -> bool:
    """Whether the ledger was last opened by code with the same schema."""
    return bool(connection.execute("pragma user_version").fetchone()[0] == _mark(_schema()))


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Add what the ledger lacks.

    Raises :class:`SetupError`, with nothing changed, where newer code wrote it, or where a column is lacking
    that no row of before could have.
    """
    schema = _schema()
    with connection:
        connection.execute(
            "begin immediate"
        )  # one process brings it up to date, the others wait and find it so
        for statement in _lacking(connection, schema):
            connection.execute(statement)
    connection.executescript(f"pragma journal_mode = wal;\n{schema}\npragma user_version = {_mark(schema)};")


def _lacking(connection: sqlite3.Connection, schema: str) -> list[str]:
    """What adds the columns that tables of this ledger lack."""
    fresh = sqlite3.connect(":memory:")
    fresh.row_factory = sqlite3.Row
    fresh.executescript(schema)
    ours, theirs = _columns(fresh), _columns(connection)
    fresh.close()
    _require_known(connection, ours, theirs)
    return [
        _addition(table, column)
        for table, columns in ours.items()
        for name, column in columns.items()
        if table in theirs and name not in theirs[table]
    ]


def _require_known(connection: sqlite3.Connection, ours: _Columns, theirs: _Columns) -> None:
    for table, columns in theirs.items():
        if table not in ours:
            raise SetupError(_NEWER.format(what=f"table {table}"))
        if unknown := sorted(columns.keys() - ours[table].keys()):
            raise SetupError(_NEWER.format(what=f"columns {', '.join(unknown)} of {table}"))
    if "ledger_form" in theirs:
        form = connection.execute("select max(form) from ledger_form").fetchone()[0] or 0
        if form > FORM:
            raise SetupError(_NEWER.format(what=f"form {form}, this is form {FORM}"))


def _columns(connection: sqlite3.Connection) -> dict[str, dict[str, sqlite3.Row]]:
    names = connection.execute(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by name"
    ).fetchall()
    return {
        row["name"]: {
            column["name"]: column
            for column in connection.execute("select * from pragma_table_info(?)", [row["name"]])
        }
        for row in names
    }


def _addition(table: str, column: sqlite3.Row) -> str:
    if column["pk"] or (column["notnull"] and column["dflt_value"] is None):
        raise SetupError(
            f"the ledger was written before {table} had its column {column['name']}, which no row can do "
            "without, and nothing was changed; valid: the releases in between, one by one (docs/upgrading.md)"
        )
    default = "" if column["dflt_value"] is None else f" default {column['dflt_value']}"
    needed = " not null" if column["notnull"] else ""
    return f"alter table {table} add column {column['name']} {column['type']}{needed}{default}"


def _schema() -> str:
    return SCHEMA.read_text("utf-8")


def _mark(schema: str) -> int:
    return crc32(schema.encode()) >> 1  # SQLite keeps 32 bits, signed, for its users
