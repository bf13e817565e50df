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
        return _content(connection, copy) == _content(connection, original)
    except duckdb.Error:  # its text may hold a value
        return False


def _content(connection: duckdb.DuckDBPyConnection, relation: str) -> object:
    """Column names, how many rows, and a sum over the rows' hashes that their order does not matter to."""
    described = connection.execute(f"describe {relation}").fetchall()
    counted = (
        "select count(*), sum(hash(row_as_text)::hugeint % 1000000007) "
        f"from (select t::varchar as row_as_text from ({relation}) as t)"
    )
    return [column[0] for column in described], connection.execute(counted).fetchone()


def _result(rule_id: str, meaning: str, checked: int, failed: list[str]) -> RuleResult:
    return RuleResult(
        suite=COPIES, rule_id=rule_id, severity=CRITICAL, meaning=meaning, rows_checked=checked,
        rows_failed=len(failed), is_passed=not failed, failed_in=", ".join(failed[:8]),
    )  # fmt: skip
