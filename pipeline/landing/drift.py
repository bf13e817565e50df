"""A column whose values are of another kind than declared: the sender's schema has drifted, not its rows.

Said with what the values look like, as one of a few forms, and never with a value.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from connectors.declare import Kind, NativeFile, Severity
from connectors.types import cleaned, quoted
from pipeline.landing.outcomes import Broken
from pipeline.landing.tables import count

_JUDGED_FROM = 10  # values; fewer may all be slips of the pen
_SHARE = 0.9  # of a column's values; above, the column is another one
_FORMS = {
    "DD/MM/YYYY": r"\d{1,2}/\d{1,2}/\d{4}",
    "YYYYMMDD": r"(19|20)\d{6}",
    "DD-MM-YYYY": r"\d{1,2}-\d{1,2}-\d{4}",
    "DD Mon YYYY": r"\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{2,4}.*",
    "a date with a time of day": r"\d{4}-\d{2}-\d{2}[T ]\d{2}:.*",
    "whole numbers": r"[+-]?\d+",
    "numbers with decimals": r"[+-]?\d*[.,]\d+",
    "letters": r"[A-Za-z ]+",
}


def retyped(con: duckdb.DuckDBPyConnection, file: NativeFile, broken: Iterable[Broken]) -> tuple[Broken, ...]:
    """``retyped_column`` for each column of which nearly every value is malformed; over ``checked``."""
    kinds = {column.name: column.kind for column in file.columns}
    return tuple(
        Broken("retyped_column", Severity.FILE, item.rows, item.column)
        for item in broken
        if item.rule_id == f"malformed_{kinds.get(item.column, '')}"
        and item.rows >= _JUDGED_FROM
        and item.rows >= _SHARE * (item.rows + _typed(con, item.column))
    )


def described(con: duckdb.DuckDBPyConnection, file: NativeFile, found: Iterable[Broken]) -> str:
    """What was declared and what came, of each column that ``found`` names; over the text in ``received``."""
    kinds = {column.name: column.kind for column in file.columns}
    return "; ".join(_said(con, item.column, kinds[item.column]) for item in found)


def _said(con: duckdb.DuckDBPyConnection, column: str, kind: Kind) -> str:
    value = cleaned(quoted(column))
    counts = ", ".join(f"count_if(regexp_full_match({value}, '{form}'))" for form in _FORMS.values())
    row = con.execute(f"select count({value}), {counts} from received").fetchone() or (0,)
    form, rows = max(zip(_FORMS, row[1:], strict=True), key=lambda pair: pair[1])
    looks = f", and came as {form}" if rows >= _SHARE * row[0] else ""
    return f"{column}: declared as {kind}{looks}"


def _typed(con: duckdb.DuckDBPyConnection, column: str) -> int:
    """Values that are of their kind."""
    return count(con, f"select count({quoted(column)}) from checked")
