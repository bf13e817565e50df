"""What holds for the mappings of every source but the practices': nothing lost, nothing twice, all of it FHIR.

Rows come from the golden cases of awkward input, so that a new case is covered by every rule here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from connectors import registry
from connectors.fhir import shapes
from tests.mapping_harness import map_rows, read_rows, resource, stripped
from tests.uk_core_rules import faults

GOLDEN = Path(__file__).parents[2] / "golden" / "connectors"
FORMATS = {"acute": "sus", "community": "csds", "mental_health": "mhsds", "social_care": "cld"}
CASES = sorted(path.parent for source in FORMATS for path in (GOLDEN / source).glob("*/expected.json"))
ABOUT_NO_PERSON = ("Organization", "Location")

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")


@cache
def _mapped(case: Path) -> dict[str, list[dict[str, Any]]]:
    return map_rows(case.parent.name, FORMATS[case.parent.name], read_rows(case / "input"))


@every_case
def test_every_row_about_a_person_yields_a_resource_with_its_own_lineage(case: Path) -> None:
    format_ = registry.format_named(case.parent.name, FORMATS[case.parent.name])
    rows = read_rows(case / "input")
    sent = {
        (f"{number:016x}", row)
        for number, file in enumerate(format_.files)
        if not file.supporting
        for row in range(1, len(rows.get(file.stem, ())) + 1)
    }
    seen = {
        (row["_file_id"], row["_row"])
        for resource_type, mapped in _mapped(case).items()
        if resource_type not in ABOUT_NO_PERSON
        for row in mapped
    }
    assert sent <= seen, f"rows without a resource: {sorted(sent - seen)}"


@every_case
def test_no_id_is_given_twice(case: Path) -> None:
    for resource_type, rows in _mapped(case).items():
        twice = [key for key, count in Counter(row["id"] for row in rows).items() if count > 1]
        assert not twice, f"{resource_type}: {len(twice)} ids given twice"


@every_case
def test_references_lead_to_rows_that_were_sent(case: Path) -> None:
    """A reference may lead nowhere only where the row that it names was not in the extract."""
    mapped = _mapped(case)
    there = {f"{kind}/{row['id']}" for kind, rows in mapped.items() for row in rows}
    files = set(read_rows(case / "input"))
    for kind, rows in mapped.items():
        for row in rows:
            for target in _references(row):
                assert target in there or not _sent(target.split("/")[0], files), (
                    f"{kind} refers to a lost {target}"
                )


@every_case
def test_every_resource_is_valid_r4_and_uk_core(case: Path) -> None:
    mapped = _mapped(case)
    found = [
        fault
        for resource_type, rows in mapped.items()
        for row in rows
        for fault in faults(stripped(resource(row, resource_type)))
    ]
    assert any(mapped.values())
    assert not found


@pytest.mark.parametrize("source", FORMATS)
def test_an_empty_extract_maps_to_empty_tables(source: str) -> None:
    mapped = map_rows(source, FORMATS[source], {})
    assert all(rows == [] for rows in mapped.values())
    assert set(mapped) <= set(shapes.RESOURCE_TYPES)


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _sent(resource_type: str, files: set[str]) -> bool:
    """Whether the extract holds the file that resources of this type come from."""
    patients = {"APC", "OP", "ECDS", "CYP001", "MHS001", "CLD"}
    referrals = {"OP", "CYP101", "MHS101"}
    made_from = {"Patient": patients, "ServiceRequest": referrals, "EpisodeOfCare": referrals}
    return bool(made_from.get(resource_type, files) & files)
