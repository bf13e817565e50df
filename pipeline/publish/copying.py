"""Copies published tables into a version of their own, seals it, and writes Parquet beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.duck import identifier, literal
from pipeline.errors import ChecksRefusedError
from pipeline.ledger import Ledger

TARGET = "version"  # name under which the new database is attached
_WORD = re.compile(r"[a-z](?:[a-z_.:]|[0-9]{1,4}(?![0-9]))*")  # what a suite or a rule is called


def copy_tables(
    connection: duckdb.DuckDBPyConnection, source: Path, target: Path, tables: Iterable[tuple[str, str]]
) -> None:
    """Copy ``tables`` of ``source`` into the new database ``target``, rows in the same order.

    Leaves ``target`` attached as :data:`TARGET`. DuckDB's own words about a failure are not
    passed on, as they can hold a value.
    """
    connection.execute(f"attach {literal(source)} as {identifier(source.stem)} (read_only)")
    connection.execute(f"attach {literal(target)} as {TARGET}")
    connection.execute("set preserve_insertion_order = true")
    for schema, table in tables:
        name = f"{identifier(schema)}.{identifier(table)}"
        connection.execute(f"create schema if not exists {TARGET}.{identifier(schema)}")
        try:
            connection.execute(f"create table {TARGET}.{name} as from {identifier(source.stem)}.{name}")
        except duckdb.Error as error:
            raise ChecksRefusedError(
                f"{schema}.{table} cannot be copied out of the warehouse ({type(error).__name__})"
            ) from None
    connection.execute(f"detach {identifier(source.stem)}")


def seal(connection: duckdb.DuckDBPyConnection, ledger: Ledger, *, run_id: str, product: str) -> None:
    """Write into the version how its run ended and what the checks before publishing found."""
    changed = connection.execute(
        f"update {TARGET}.audit.run set outcome = 'published', ended_at = current_localtimestamp() "
        f"where run_id = ?",
        [run_id],
    ).fetchone()
    if changed is None or changed[0] != 1:
        raise ChecksRefusedError(
            f"{product}: audit.run has no single row of run {run_id}; it cannot be sealed"
        )
    rows = _results(ledger, run_id, product)
    connection.execute(f"delete from {TARGET}.quality.rule_result where run_id = ?", [run_id])
    if rows:
        connection.register("sealed_result", pa.Table.from_pylist(rows))
        connection.execute(
            f"insert into {TARGET}.quality.rule_result by name "
            "select * replace (is_passed = 1 as is_passed) from sealed_result"
        )
        connection.unregister("sealed_result")


def _results(ledger: Ledger, run_id: str, product: str) -> list[dict[str, Any]]:
    """What the run's checks found; no scan sees these rows any more, so they may be words only."""
    rows = ledger.query(
        "select run_id, suite, rule_id, severity, rows_checked, rows_failed, is_passed from rule_result "
        "where run_id = ? and product in ('', ?) order by suite, rule_id",
        (run_id, product),
    )
    strange = sum(not _WORD.fullmatch(f"{row['suite']}.{row['rule_id']}") for row in rows)
    if strange:
        raise ChecksRefusedError(
            f"{product}: {strange} results of run {run_id} in the ledger have a name that is no word, so the "
            "version cannot be sealed"
        )
    return rows


def write_parquet(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Each table of the version as ``<schema>.<table>.parquet``, from its sealed state."""
    folder.mkdir(parents=True)
    for schema, table in tables_of(connection):
        path = folder / f"{schema}.{table}.parquet"
        name = f"{TARGET}.{identifier(schema)}.{identifier(table)}"
        connection.execute(f"copy {name} to {literal(path)} (format parquet, compression zstd)")


def tables_of(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """(schema, table) of the version, in order."""
    statement = "select schema_name, table_name from duckdb_tables() where database_name = ? order by all"
    return list(connection.execute(statement, [TARGET]).fetchall())
