"""Record rules of FHIR NDJSON: a sound record of every type breaks none, and each fault breaks its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.declare import Severity
from connectors.fhir import requirements, shapes
from connectors.fhir.reader import read_ndjson
from connectors.fhir.rules import record_id, record_rules
from tests.mapping_harness import connection

WHO = {"reference": "Patient/p1"}
CODE = {"coding": [{"system": "http://snomed.info/sct", "code": "195967001"}]}
PERIOD = {"start": "2026-01-01", "end": "2026-01-02"}
VERIFIED = {
    "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
    "valueCodeableConcept": {"coding": [{"code": "01"}]},
}
NUMBER = {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018", "extension": [VERIFIED]}
SOUND: dict[str, dict[str, Any]] = {
    "Patient": {
        "name": [{"family": "x"}],
        "gender": "female",
        "birthDate": "1980-01-31",
        "identifier": [NUMBER],
    },
    "EpisodeOfCare": {"status": "active", "patient": WHO, "period": {"start": "2020"}},
    "Encounter": {"status": "finished", "class": {"code": "AMB"}, "subject": WHO, "period": PERIOD},
    "Condition": {"code": CODE, "clinicalStatus": CODE, "subject": WHO, "onsetDateTime": "2020-05"},
    "Observation": {
        "status": "final",
        "code": CODE,
        "subject": WHO,
        "effectiveDateTime": "2026-01-01T10:00:00Z",
    },
    "Procedure": {"status": "completed", "code": CODE, "subject": WHO, "performedDateTime": "2026-01-01"},
    "MedicationRequest": {
        "status": "active",
        "intent": "plan",
        "medicationCodeableConcept": CODE,
        "subject": WHO,
        "authoredOn": "2026-01-01",
    },
    "ServiceRequest": {"status": "active", "intent": "order", "subject": WHO, "authoredOn": "2026-01-01"},
    "Appointment": {
        "status": "booked",
        "participant": [{"actor": {"reference": "Location/l"}}, {"actor": WHO}],
        "start": "2026-01-01T10:00:00+01:00",
    },
    "CarePlan": {"status": "active", "intent": "plan", "subject": WHO},
    "Organization": {"identifier": [{"value": "E84001"}]},
    "Location": {"status": "active"},
    "Immunization": {
        "status": "completed",
        "vaccineCode": CODE,
        "patient": WHO,
        "occurrenceDateTime": "2026-01-01",
    },
    "AllergyIntolerance": {"code": CODE, "patient": WHO, "recordedDate": "2026-01-01"},
    "Flag": {"status": "active", "code": CODE, "subject": WHO, "period": {"start": "2026-01-01"}},
    "Consent": {
        "status": "active",
        "scope": CODE,
        "category": [CODE],
        "patient": WHO,
        "dateTime": "2026-01-01",
        "provision": {"type": "deny", "code": [CODE]},
    },
}


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return connection("gp", "X99")


def _record(resource_type: str, **changes: Any) -> dict[str, Any]:
    record = {"resourceType": resource_type, "id": "r-1"} | SOUND[resource_type] | changes
    return {name: value for name, value in record.items() if value is not None}


def _broken(
    con: duckdb.DuckDBPyConnection, folder: Path, resource_type: str, line: str
) -> tuple[set[tuple[str, str, Severity]], str | None]:
    path = folder / f"{resource_type}.ndjson"
    path.write_text(line + "\n", encoding="utf-8")
    read_ndjson(con, path, resource_type, into="found")
    rules = record_rules(resource_type)
    predicates = ", ".join(rule.predicate for rule in rules)
    row = con.execute(f"select {record_id(resource_type)}, {predicates} from found").fetchone()
    assert row is not None
    return {
        (r.rule_id, r.path, r.severity) for r, is_broken in zip(rules, row[1:], strict=True) if is_broken
    }, row[0]


def test_every_landed_type_has_a_sound_record_here() -> None:
    assert set(SOUND) == set(shapes.RESOURCE_TYPES)


@pytest.mark.parametrize("resource_type", SOUND)
def test_a_sound_record_breaks_nothing(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, resource_type: str
) -> None:
    broken, person = _broken(con, tmp_path, resource_type, json.dumps(_record(resource_type)))
    assert broken == set()
    where = requirements.PERSON.get(resource_type)
    assert person == {None: None, "id": "r-1"}.get(where, "p1")


ROW, WARNING = Severity.ROW, Severity.WARNING
MODIFIER = [{"url": "https://example.org/not-done", "valueBoolean": True}]


@pytest.mark.parametrize(
    ("resource_type", "changes", "expected"),
    [
        ("Patient", {"resourceType": "Person"}, ("wrong_resource_type", "$.resourceType", ROW)),
        ("Patient", {"resourceType": None}, ("wrong_resource_type", "$.resourceType", ROW)),
        ("Patient", {"id": None}, ("missing_id", "$.id", ROW)),
        ("Patient", {"id": "a b"}, ("malformed_id", "$.id", ROW)),
        ("Patient", {"id": "x" * 65}, ("malformed_id", "$.id", ROW)),
        ("Patient", {"modifierExtension": MODIFIER}, ("unknown_modifier", "$.modifierExtension", ROW)),
        ("Patient", {"implicitRules": "https://example.org"}, ("unknown_modifier", "$.implicitRules", ROW)),
        ("Patient", {"gender": "M"}, ("unknown_code", "$.gender", ROW)),
        ("Patient", {"birthDate": "1980-02-30"}, ("malformed_date", "$.birthDate", ROW)),
        ("Patient", {"birthDate": "31/01/1980"}, ("malformed_date", "$.birthDate", ROW)),
        ("Patient", {"birthDate": None}, ("missing_expected", "$.birthDate", WARNING)),
        (
            "Patient",
            {"identifier": [NUMBER | {"extension": None}]},
            ("missing_verification_status", "$.identifier", WARNING),
        ),
        ("Encounter", {"status": None}, ("missing_required", "$.status", ROW)),
        ("Encounter", {"class": None}, ("missing_required", "$.class", ROW)),
        ("Encounter", {"status": "done"}, ("unknown_code", "$.status", ROW)),
        ("Encounter", {"subject": None}, ("missing_patient", "$.subject", ROW)),
        ("Encounter", {"subject": {"reference": "Group/g"}}, ("missing_patient", "$.subject", ROW)),
        ("Encounter", {"subject": {"display": "x"}}, ("missing_patient", "$.subject", ROW)),
        (
            "Encounter",
            {"period": {"start": "2026-01-02", "end": "2026-01-01"}},
            ("ends_before_it_starts", "$.period.end", WARNING),
        ),
        (
            "Encounter",
            {"period": {"start": "2026-01-01T10:00:00"}},
            ("malformed_date", "$.period.start", ROW),
        ),
        ("Observation", {"code": None}, ("missing_required", "$.code", ROW)),
        ("MedicationRequest", {"intent": "wish"}, ("unknown_code", "$.intent", ROW)),
        (
            "Appointment",
            {"participant": [{"actor": {"reference": "Location/l"}}]},
            ("missing_patient", "$.participant", ROW),
        ),
        ("AllergyIntolerance", {"code": None}, ("missing_required", "$.code", ROW)),
    ],
)
def test_a_fault_breaks_its_own_rule(
    con: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    resource_type: str,
    changes: dict[str, Any],
    expected: tuple[str, str, Severity],
) -> None:
    broken, _ = _broken(con, tmp_path, resource_type, json.dumps(_record(resource_type, **changes)))
    assert broken == {expected}


def test_a_broken_line_breaks_that_rule_alone(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert _broken(con, tmp_path, "Encounter", "{") == ({("malformed_json", "$", ROW)}, None)
    wrong = json.dumps(_record("Encounter", period=[PERIOD], status="done"))
    assert _broken(con, tmp_path, "Encounter", wrong)[0] == {("malformed_shape", "$", ROW)}


@pytest.mark.parametrize(
    "reference", ["Patient/p1", "https://fhir.example/r4/Patient/p1", "Patient/p1/_history/2"]
)
def test_a_patient_is_known_by_any_literal_reference(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, reference: str
) -> None:
    line = json.dumps(_record("Encounter", subject={"reference": reference}))
    assert _broken(con, tmp_path, "Encounter", line) == (set(), "p1")


def test_an_unknown_resource_type_lists_the_landed_ones() -> None:
    with pytest.raises(ValueError, match="Patient, EpisodeOfCare"):
        record_rules("Basic")
