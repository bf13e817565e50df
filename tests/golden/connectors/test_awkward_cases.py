"""Awkward cases of each source, as its senders write them, and what the register keeps of them.

A case is a folder ``<source>/<case>``: the senders' CSVs (columns left out are empty) and
``expected.json``: entity -> every row of it, with the columns that matter, in any order. A row may be
named (``"as"``) and another refer to it (``"@name"``), so that no case holds a hash.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from connectors import registry
from tests.mapping_harness import Case, golden_cases, read_rows
from tests.projection_harness import project

CASES = [case for case in golden_cases() if case.source != "gp"]
Row = Mapping[str, Any]


def test_every_source_has_cases() -> None:
    assert {case.source for case in CASES} == set(registry.SOURCES) - {"gp"}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case_projects_as_expected(case: Case) -> None:
    found = project(case.source, case.format_name, read_rows(case.folder), sender="X99")
    expected: dict[str, list[Row]] = json.loads((case.folder / "expected.json").read_text(encoding="utf-8"))
    names = _named(found, expected)
    for entity, wanted in expected.items():
        left = list(found[entity])
        for row in wanted:
            left.remove(_one(left, row, names, entity))
        assert not left, f"{entity}: {len(left)} rows that the case does not expect"


def _named(found: Mapping[str, list[Any]], expected: Mapping[str, list[Row]]) -> dict[str, str]:
    """Name -> resource key of the rows that the case names, told apart by what they do not refer to."""
    return {
        f"@{row['as']}": _one(found[entity], row, None, entity)["resource_key"]
        for entity, rows in expected.items()
        for row in rows
        if "as" in row
    }


def _one(rows: list[Any], wanted: Row, names: Mapping[str, str] | None, entity: str) -> Any:
    matching = [row for row in rows if _fits(row, wanted, names)]
    assert matching, f"{entity}: no row fits {dict(wanted)} among {[_seen(row, wanted) for row in rows]}"
    assert names is not None or len(matching) == 1, f"{entity}: {dict(wanted)} names several rows"
    return matching[0]


def _fits(row: Row, wanted: Row, names: Mapping[str, str] | None) -> bool:
    for column, value in wanted.items():
        is_reference = isinstance(value, str) and value.startswith("@")
        if column == "as" or (is_reference and names is None):
            continue
        if _plain(row[column]) != (names[value] if is_reference and names is not None else value):
            return False
    return True


def _seen(row: Row, wanted: Row) -> dict[str, Any]:
    return {column: _plain(row[column]) for column in wanted if column != "as"}


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | type(None)) else str(value)
