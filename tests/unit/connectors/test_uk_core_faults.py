"""The UK Core rules of these tests can fail: each fault planted in a sound resource is found."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from connectors.fhir import systems
from tests.uk_core_rules import faults

SOUND: dict[str, Any] = {
    "resourceType": "Encounter",
    "id": "e1",
    "meta": {"profile": [systems.UK_CORE_PROFILE + "Encounter"]},
    "extension": [{"url": systems.LOCAL_EXTENSION + "AttendedStatus", "valueCode": "5"}],
    "identifier": [{"system": systems.LOCAL_ID + "x", "value": "1"}],
    "status": "finished",
    "class": {"system": systems.ACT_CODE, "code": "AMB"},
    "subject": {"reference": "Patient/p1"},
    "period": {"start": "2026-01-01T10:00:00+00:00"},
    "reasonCode": [{"coding": [{"system": systems.SNOMED_CT, "code": "195967001"}]}],
}


def test_a_sound_resource_has_no_faults() -> None:
    assert faults(SOUND) == []


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("id",), "a b", "not a FHIR id"),
        (("meta", "profile"), ["https://example.org"], "UK Core profile"),
        (("status",), "done", "value set"),
        (("status",), None, "missing"),
        (("subject",), None, "missing"),
        (("subject", "reference"), "p1", "Type/id"),
        (("period", "start"), "2026-01-01T10:00", "not a FHIR date"),
        (("period", "start"), "2026-13-45", "period"),
        (("class", "system"), "http://example.org", "code system"),
        (("class", "code"), " AMB", "well-formed code"),
        (("extension", 0, "url"), systems.LOCAL_EXTENSION + "Misspelt", "no register entry"),
        (("extension", 0, "url"), systems.UK_CORE_EXTENSION + "Misspelt", "not in use"),
        (("extension", 0, "valueCode"), None, "carries 0 values"),
        (("identifier", 0, "system"), "urn:x", "identifier system"),
        (("identifier", 0, "value"), " ", "no value"),
        (("reasonCode", 0, "coding", 0, "code"), "R07", "no SNOMED CT"),
        (("reasonCode", 0, "coding", 0, "system"), systems.UK_CORE_CODE_SYSTEM + "No", "not in use"),
        (("unknownElement",), "x", "unknownElement"),
    ],
)
def test_a_planted_fault_is_found(path: tuple[str | int, ...], value: Any, message: str) -> None:
    planted = deepcopy(SOUND)
    *way, last = path
    target: Any = planted
    for step in way:
        target = target[step]
    if value is None:
        del target[last]
    else:
        target[last] = value
    assert any(message in fault for fault in faults(planted))
