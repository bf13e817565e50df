"""Awkward cases of general practice, as the suppliers write them, and the FHIR resources that they become.

A case is a folder ``gp/<format>/<case>``: the supplier's CSVs (columns left out are empty) and
``expected.json``: resource type -> every row of it, whole, lineage and ids included.
"""

from __future__ import annotations

import json

import pytest

from tests.mapping_harness import Case, golden_cases, map_rows, read_rows

CASES = [case for case in golden_cases() if case.source == "gp"]


def test_both_suppliers_have_cases() -> None:
    assert {case.format_name for case in CASES} == {"emis", "tpp"}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case_maps_as_expected(case: Case) -> None:
    mapped = map_rows(case.source, case.format_name, read_rows(case.folder))
    expected = json.loads((case.folder / "expected.json").read_text(encoding="utf-8"))
    assert {kind: rows for kind, rows in mapped.items() if rows} == expected
