"""The copies beside a version: exactly its tables, as Parquet and CSV, and no other file.

What was judged is the database; this proves that the copies say the same, so that it holds for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from expectations.results import CRITICAL, RuleResult
from pipeline.duck import identifier, literal
from pipeline.gate_words import COPIES, COPIES_RULES


def check_copies(
    connection: duckdb.DuckDBPyConnection, folder: Path, *, name: str, tables: Iterable[tuple[str, str]],
    csv_selects: dict[str, str] | None = None,
) -> list[RuleResult]:  # fmt: skip
    """Compare ``folder`` with the attached database ``name``; one result a rule, file names as places.

    ``csv_selects`` gives, by file name, the select whose rows a CSV file holds.
    """
    selects = {
        f"{schema}.{table}.parquet": f"from {name}.{identifier(schema)}.{identifier(table)}"
        for schema, table in tables
    } | (csv_selects or {})
    found = {path.name for path in folder.rglob("*")}
    strange = sorted((found - set(selects)) | (set(selects) - found))
    differing = sorted(
        file
        for file, select in selects.items()
        if file in found and not _same(connection, folder / file, select)
    )
    return [
        _result(COPIES_RULES[0], "every file beside the version is one of its tables", len(found), strange),
        _result(COPIES_RULES[1], "every copy holds the rows of its table", len(selects), differing),
    ]


def _same(connection: duckdb.DuckDBPyConnection, path: Path, select: str) -> bool:
    """Whether the copy says what the table says; one that cannot be read does not."""
    if path.suffix == ".csv":
        copy = (
            f"from read_csv({literal(path)}, all_varchar = true, header = true, allow_quoted_nulls = false)"
        )
        original = f"select columns(*)::varchar from ({select})"
    else:
        copy, original = f"from read_parquet({literal(path)}, hive_partitioning = false)", select
    try:
        return _is_one(connection, copy, original)
    except duckdb.Error:  # its text may hold a value
        return False


def _is_one(connection: duckdb.DuckDBPyConnection, copy: str, original: str) -> bool:
    """Same column names, and the same rows in any order.

    Rows of the same types are compared as they are; a type that the file does not have, as texts.
    """
    columns, here = _columns(connection, copy), _columns(connection, original)
    if [name for name, _ in columns] != [name for name, _ in here]:
        return False
    row = "row_of_it" if columns == here else "row_of_it::varchar"
    return _rows(connection, copy, row) == _rows(connection, original, row)


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[str, str]]:
    described = connection.execute(f"describe {relation}").fetchall()
    return [(name, kind) for name, kind, *_ in described]


def _rows(connection: duckdb.DuckDBPyConnection, relation: str, row: str) -> object:
    """How many rows, and a sum over their hashes that their order does not matter to."""
    return connection.execute(f"select count(*), sum(hash({row})) from ({relation}) as row_of_it").fetchone()


def _result(rule_id: str, meaning: str, checked: int, failed: list[str]) -> RuleResult:
    return RuleResult(
        suite=COPIES, rule_id=rule_id, severity=CRITICAL, meaning=meaning, rows_checked=checked,
        rows_failed=len(failed), is_passed=not failed, failed_in=", ".join(failed[:8]),
    )  # fmt: skip
