"""What a product's database holds, as hashes that two runs of one night share."""

from __future__ import annotations

from pathlib import Path

import duckdb

# Columns that say when and by which run something was done: they differ between two runs of one night.
OF_THE_RUN = {"run_id", "started_at", "ended_at", "key_ids", "code_version"}


def tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
    return [f"{schema}.{table}" for schema, table in found]


def contents(database: Path) -> dict[str, int]:
    """Table -> a hash of its rows without what is of the run only, whatever their order."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return {table: _hash(connection, table) for table in tables(connection)}


def _hash(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    columns = [
        row[0] for row in connection.execute(f"describe {table}").fetchall() if row[0] not in OF_THE_RUN
    ]
    listed = ", ".join(f'"{name}"' for name in columns) or "1"
    # How long the audit log is says what was done before, not what this night came to.
    of_the_night = "where suite <> 'audit_log'" if table == "quality.rule_result" else ""
    found = connection.execute(
        f"select count(*), sum(hash(({listed}))::hugeint) from {table} {of_the_night}"
    ).fetchone()
    return hash(found)
