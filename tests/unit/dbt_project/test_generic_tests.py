"""The project's own data tests find what they are for."""

from __future__ import annotations

import re

import duckdb
import pytest
from jinja2 import Environment

from pipeline.warehouse import dbt

ROWS = "(values {}) as t (a, b)"


def failing(test: str, values: str, **arguments: object) -> list[tuple[object, ...]]:
    """Rows that a data test of the project finds in a table of the columns a and b."""
    written = (dbt.PROJECT / "tests" / "generic" / f"{test}.sql").read_text(encoding="utf-8")
    macro = re.sub(
        r"\{% test (.*?) %\}(.*)\{% endtest %\}", r"{% macro \1 %}\2{% endmacro %}", written, flags=re.S
    )
    template = Environment(autoescape=False).from_string(macro)  # noqa: S701 it makes SQL, not HTML
    sql = getattr(template.module, test)(ROWS.format(values), **arguments)
    return duckdb.sql(f"{sql} order by all").fetchall()


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ("(1, 1), (2, 1)", []),
        ("(1, 1), (2, 1), (2, 2)", [(2, 2)]),
        ("(1, 1), (null, 1)", [(None, 1)]),
        ("(null, 1), (null, 1), (3, 1), (3, 1), (3, 1)", [(3, 3), (None, 2)]),
    ],
)
def test_a_primary_key_is_neither_doubled_nor_null(values: str, found: list[tuple[object, ...]]) -> None:
    assert failing("primary_key", values, column_name="a") == found


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ("(1, 1), (1, 2), (2, 1)", []),
        ("(1, 1), (1, 2), (1, 1)", [(1, 1, 2)]),
        ("(1, 1), (1, null), (null, 1)", [(1, None, 1), (None, 1, 1)]),
    ],
)
def test_a_grain_of_columns_is_neither_doubled_nor_null(values: str, found: list[tuple[object, ...]]) -> None:
    assert failing("unique_together", values, columns=["a", "b"]) == found
