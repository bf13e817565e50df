"""Whether a product says the same under its new key as under its old one, table by table."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipeline.duck import connect, identifier, literal
from pipeline.settings import Settings

# Tables about runs tell of one run more; every other table must be the same but for the keys.
_OF_THE_RUN = ("audit", "quality", "meta")
_KEYS = "column_name like '%\\_key' escape '\\' or column_name in ('inpatient_spell_group', 'run_id')"


def changed_tables(settings: Settings, before: Path, after: Path) -> tuple[str, ...]:
    """Tables of the served version ``before`` whose rows, key columns apart, are not those of ``after``."""
    connection = connect(settings)
    try:
        for name, path in (("before", before.resolve()), ("after", after)):
            connection.execute(f"attach {literal(path)} as {name} (read_only)")
        return tuple(
            f"{schema}.{table}"
            for schema, table, columns in _tables(connection)
            if _digest(connection, "before", schema, table, columns)
            != _digest(connection, "after", schema, table, columns)
        )
    finally:
        connection.close()


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, list[str]]]:
    """Schema, table and the columns that hold no key."""
    return connection.execute(
        "select schema_name, table_name, list(column_name order by column_index) "
        "from duckdb_columns() where database_name = 'before' and not internal "
        f"and not list_contains(?, schema_name) and not ({_KEYS}) group by all order by all",
        [list(_OF_THE_RUN)],
    ).fetchall()


def _digest(
    connection: duckdb.DuckDBPyConnection, database: str, schema: str, table: str, columns: list[str]
) -> tuple[object, ...]:
    """Number of rows, and a sum of their hashes: the same for the same rows in any order."""
    listed = ", ".join(identifier(name) for name in columns)
    relation = f"{database}.{identifier(schema)}.{identifier(table)}"
    row = connection.execute(f"select count(*), sum(hash(({listed}))::hugeint) from {relation}").fetchone()
    return tuple(row or ())
