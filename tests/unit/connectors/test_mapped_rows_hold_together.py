"""What holds for the mappings of every source: nothing lost, nothing twice, all of it FHIR R4 and UK Core.

Rows come from the golden cases of awkward input, so that a new case is covered by every rule here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from connectors import registry
from connectors.fhir import shapes
from tests.mapping_harness import Case, golden_cases, map_rows, read_rows, resource, rows_about_people
from tests.uk_core_rules import faults

CASES = golden_cases()
FORMATS = [(word, format_.name) for word, source in registry.SOURCES.items() for format_ in source.formats]
ABOUT_NO_PERSON = ("Organization", "Location")
GP_ENTRIES = {
    *("CareRecord_Consultation", "CareRecord_Observation", "CareRecord_Problem"),
    *("SRCode", "SRPrimaryCareMedication"),
}

every_case = pytest.mark.parametrize("case", CASES, ids=str)


@cache
def _mapped(case: Case) -> dict[str, list[dict[str, Any]]]:
    return map_rows(case.source, case.format_name, read_rows(case.folder))


def test_every_format_has_cases() -> None:
    assert {(case.source, case.format_name) for case in CASES} == set(FORMATS)


@every_case
def test_every_row_about_a_person_yields_a_resource_with_its_own_lineage(case: Case) -> None:
    sent = rows_about_people(case.source, case.format_name, read_rows(case.folder))
    seen = {
        (row["_file_id"], row["_row"])
        for resource_type, mapped in _mapped(case).items()
        if resource_type not in ABOUT_NO_PERSON
        for row in mapped
    }
    assert sent <= seen, f"rows without a resource: {sorted(sent - seen)}"


@every_case
def test_no_id_is_given_twice(case: Case) -> None:
    for resource_type, rows in _mapped(case).items():
        twice = [key for key, count in Counter(row["id"] for row in rows).items() if count > 1]
        assert not twice, f"{resource_type}: {len(twice)} ids given twice"


@every_case
def test_references_lead_to_rows_that_were_sent(case: Case) -> None:
    """A reference may lead nowhere only where the row that it names was not in the extract."""
    mapped = _mapped(case)
    there = {f"{kind}/{row['id']}" for kind, rows in mapped.items() for row in rows}
    files = set(read_rows(case.folder))
    for kind, rows in mapped.items():
        for row in rows:
            for target in _references(row):
                assert target in there or not _sent(target.split("/")[0], files), (
                    f"{kind} refers to a lost {target}"
                )


@every_case
def test_every_resource_is_sound_r4_and_uk_core(case: Case) -> None:
    mapped = _mapped(case)
    assert any(mapped.values())
    assert [
        fault for kind, rows in mapped.items() for row in rows for fault in faults(resource(row, kind))
    ] == []


@pytest.mark.parametrize(("source", "format_name"), FORMATS)
def test_an_empty_extract_maps_to_empty_tables(source: str, format_name: str) -> None:
    mapped = map_rows(source, format_name, {})
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
    patients = {
        "APC",
        "OP",
        "ECDS",
        "CYP001",
        "MHS001",
        "CLD",
        "Admin_Patient",
        "SRPatient",
        "AmbulanceIncident",
    }
    referrals = {"OP", "CYP101", "MHS101"}
    made_from = {
        "Patient": patients,
        "ServiceRequest": referrals,
        "EpisodeOfCare": referrals,
        "Organization": {"Admin_Organisation", "SROrganisation"},
        **({"Encounter": {"CareRecord_Consultation", "SREvent"}} if files & GP_ENTRIES else {}),
        **({"Appointment": {"Appointment_Slot"}} if files & GP_ENTRIES else {}),
    }
    return bool(made_from.get(resource_type, files) & files)
