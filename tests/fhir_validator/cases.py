"""Resources of our own with one fault each, beside sound ones of every type that is read.

A case changes a sound resource at one place; ``MARKER`` stands in some as a value that no report may repeat.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MARKER = "Zebedee Quillfeather"
GONE = object()  # in place of a value: the member is taken away
WHO = {"reference": "Patient/p1"}
CODE = {"coding": [{"system": "http://snomed.info/sct", "code": "44054006"}]}
NUMBER = {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}
PERIOD = {"start": "2026-01-01", "end": "2026-01-02"}
EXTENSION = {"url": "https://fhir.wsic.example/StructureDefinition/Extension-WSIC-LegalStatus"}
SOUND: Mapping[str, Mapping[str, Any]] = {
    "Patient": {
        "identifier": [NUMBER],
        "name": [{"use": "official", "family": "Ash", "given": ["Rowan", "Lee"]}],
        "telecom": [{"system": "phone", "value": "020 7946 0001"}],
        "gender": "female",
        "birthDate": "1980-01-31",
        "deceasedBoolean": False,
        "address": [{"use": "home", "line": ["1 Mill Lane"], "postalCode": "HA1 0AA"}],
        "contact": [{"name": {"family": "Ash"}, "gender": "male", "period": {"start": "2020-01-01"}}],
    },
    "EpisodeOfCare": {"status": "active", "type": [CODE], "patient": WHO, "period": PERIOD},
    "Encounter": {
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "type": [CODE],
        "subject": WHO,
        "period": PERIOD,
        "length": {"value": 20, "unit": "min"},
        "location": [{"location": {"reference": "Location/l1"}}],
    },
    "Condition": {"code": CODE, "subject": WHO, "onsetDateTime": "2020-05", "note": [{"text": "as told"}]},
    "Observation": {
        "status": "final",
        "code": CODE,
        "subject": WHO,
        "effectiveDateTime": "2026-01-01T10:00:00Z",
        "issued": "2026-01-01T11:00:00Z",
        "valueQuantity": {"value": 48, "unit": "mmol/mol"},
    },
    "Procedure": {"status": "completed", "code": CODE, "subject": WHO, "performedDateTime": "2026-01-01"},
    "MedicationRequest": {
        "status": "active",
        "intent": "plan",
        "medicationCodeableConcept": CODE,
        "subject": WHO,
        "authoredOn": "2026-01-01",
        "dispenseRequest": {"numberOfRepeatsAllowed": 2, "validityPeriod": PERIOD},
    },
    "ServiceRequest": {
        "status": "active",
        "intent": "order",
        "priority": "routine",
        "subject": WHO,
        "authoredOn": "2026-01-01",
    },
    "Appointment": {
        "status": "booked",
        "start": "2026-01-01T10:00:00+00:00",
        "end": "2026-01-01T10:15:00+00:00",
        "minutesDuration": 15,
        "participant": [{"actor": WHO, "status": "accepted"}],
    },
    "CarePlan": {
        "status": "active",
        "intent": "plan",
        "subject": WHO,
        "activity": [{"detail": {"status": "in-progress", "code": CODE}}],
    },
    "Organization": {"identifier": [{"value": "E84001"}], "active": True, "name": "Mill Health Centre"},
    "Location": {"status": "active", "name": "Ward 3"},
    "Immunization": {
        "status": "completed",
        "vaccineCode": CODE,
        "patient": WHO,
        "occurrenceDateTime": "2026-01-01",
    },
    "AllergyIntolerance": {
        "clinicalStatus": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
                    "code": "active",
                }
            ]
        },
        "code": CODE,
        "patient": WHO,
        "recordedDate": "2026-01-01",
    },
    "Flag": {"status": "active", "code": CODE, "subject": WHO, "period": PERIOD},
    "Consent": {
        "status": "active",
        "scope": CODE,
        "category": [CODE],
        "patient": WHO,
        "dateTime": "2026-01-01",
        "policyRule": CODE,
        "provision": {"type": "deny", "code": [CODE]},
    },
}
FAULTS: tuple[tuple[str, str, Any], ...] = (
    # Required, and not there.
    ("EpisodeOfCare", "status", GONE), ("EpisodeOfCare", "patient", GONE), ("Encounter", "status", GONE),
    ("Encounter", "class", GONE), ("Encounter", "location.0.location", GONE), ("Condition", "subject", GONE),
    ("Condition", "note.0.text", GONE), ("Observation", "status", GONE), ("Observation", "code", GONE),
    ("Procedure", "status", GONE), ("Procedure", "subject", GONE), ("MedicationRequest", "intent", GONE),
    ("MedicationRequest", "medicationCodeableConcept", GONE), ("MedicationRequest", "subject", GONE),
    ("ServiceRequest", "intent", GONE), ("ServiceRequest", "subject", GONE),
    ("Appointment", "participant", GONE), ("Appointment", "participant.0.status", GONE),
    ("CarePlan", "intent", GONE), ("CarePlan", "activity.0.detail.status", GONE),
    ("Immunization", "vaccineCode", GONE), ("Immunization", "occurrenceDateTime", GONE),
    ("AllergyIntolerance", "patient", GONE), ("Flag", "code", GONE), ("Consent", "scope", GONE),
    ("Consent", "category", GONE), ("Patient", "extension", [{"valueCode": "x"}]),
    # Of another JSON type.
    ("Patient", "active", MARKER), ("Patient", "birthDate", 19800131), ("Patient", "gender", ["female"]),
    ("Patient", "deceasedBoolean", "perhaps"), ("Encounter", "period", "2026-01-01"),
    ("Encounter", "length.value", MARKER), ("Observation", "valueQuantity", MARKER),
    ("Observation", "code", MARKER), ("MedicationRequest", "dispenseRequest.numberOfRepeatsAllowed", "two"),
    ("Appointment", "minutesDuration", MARKER), ("Location", "name", {"text": MARKER}),
    ("Patient", "contact.0.name", MARKER), ("Consent", "provision", MARKER),
    # One where a list stands, a list where one stands.
    ("Patient", "name", {"family": MARKER}), ("Patient", "identifier", NUMBER),
    ("Patient", "name.0.given", MARKER), ("Encounter", "subject", [WHO]), ("Encounter", "type", CODE),
    ("EpisodeOfCare", "type", CODE), ("Condition", "code", [CODE]), ("Observation", "status", ["final"]),
    ("Procedure", "code", [CODE]), ("Appointment", "participant", {"actor": WHO, "status": "accepted"}),
    ("Consent", "category", CODE), ("Organization", "name", ["Mill Health Centre"]),
    # Dates and times that are none.
    ("Patient", "birthDate", "31/01/1980"), ("Patient", "birthDate", "1980-13-01"),
    ("Patient", "contact.0.period.start", "yesterday"), ("Encounter", "period.start", "2026-01-01 10:00"),
    ("Encounter", "period.end", f"2026-02-30 {MARKER}"), ("Condition", "onsetDateTime", "May 2020"),
    ("Observation", "issued", "2026-01-01"), ("Observation", "effectiveDateTime", "2026-01-01T10:00:00"),
    ("Procedure", "performedDateTime", "2026-1-1"), ("Appointment", "start", "2026-01-01T25:00:00Z"),
    ("Immunization", "occurrenceDateTime", "last week"), ("AllergyIntolerance", "recordedDate", "20260101"),
    ("MedicationRequest", "authoredOn", "01-01-2026"), ("Flag", "period.start", MARKER),
    ("Consent", "dateTime", MARKER), ("ServiceRequest", "authoredOn", "2026/01/01"),
    # A code outside a required value set.
    ("Patient", "gender", "M"), ("Encounter", "status", "done"), ("Observation", "status", MARKER),
    ("Appointment", "status", "seen"), ("ServiceRequest", "intent", "wish"),
    # Members that FHIR does not have.
    ("Patient", "nickname", MARKER), ("Patient", "name.0.middle", MARKER), ("Encounter", "clinic", MARKER),
    ("Encounter", "period.until", "2026-01-02"), ("Condition", "code.coding.0.term", MARKER),
    ("Observation", "valueQuantity.size", 1), ("Appointment", "participant.0.person", WHO),
    ("Location", "postcode", MARKER), ("Organization", "odsCode", "E84001"), ("CarePlan", "plan", MARKER),
    # Two forms of one element.
    ("Patient", "deceasedDateTime", "2026-01-01"), ("Observation", "valueString", MARKER),
    ("Observation", "effectivePeriod", PERIOD), ("Condition", "onsetString", MARKER),
    ("Procedure", "performedString", MARKER), ("Immunization", "occurrenceString", MARKER),
    ("MedicationRequest", "medicationReference", {"reference": "Medication/m1"}),
    ("Patient", "extension", [{**EXTENSION, "valueCode": "x", "valueString": MARKER}]),
    # What says nothing.
    ("Patient", "name", []), ("Patient", "name.0", {}), ("Patient", "name.0.family", ""),
    ("Patient", "name.0.given", ["Rowan", None]), ("Encounter", "type", []), ("Encounter", "period", {}),
    ("Observation", "code", {}), ("Condition", "note", None), ("Location", "name", ""),
    ("Appointment", "participant", []), ("Flag", "period", None),
    # Names and addresses of things.
    ("Patient", "id", "a patient"), ("Encounter", "id", "e" * 65), ("Encounter", "id", ""),
    ("Encounter", "subject", {"reference": 7}), ("Encounter", "subject", {"reference": ["Patient/p1"]}),
    ("Encounter", "subject", {"reference": f"Patient/{MARKER}"}), ("Patient", "meta", {"profile": "x"}),
    ("Patient", "meta", {"lastUpdated": "today"}), ("Patient", "identifier.0.system", "nhs number"),
    ("Patient", "resourceType", GONE), ("Patient", "resourceType", "Patiemt"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One damaged resource: ``place`` is where, ``resource`` the whole of it."""

    name: str
    resource_type: str
    place: str
    resource: Mapping[str, Any]


def sound(resource_type: str, identity: str = "r1") -> dict[str, Any]:
    """A sound resource of the type."""
    return {"resourceType": resource_type, "id": identity, **copy.deepcopy(dict(SOUND[resource_type]))}


def cases() -> list[Case]:
    """Every case, each with a name of its own that says its place."""
    made: list[Case] = []
    for resource_type, place, value in FAULTS:
        number = sum(case.resource_type == resource_type and case.place == place for case in made) + 1
        name = f"{resource_type}.{place}#{number}"
        resource = sound(resource_type, f"c{len(made) + 1}")
        made.append(Case(name, resource_type, place, _damaged(resource, place, value)))
    return made


def _damaged(resource: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    *above, last = (int(part) if part.isdigit() else part for part in place.split("."))
    holder: Any = resource
    for part in above:
        holder = holder[part]
    if value is GONE:
        del holder[last]
    else:
        holder[last] = copy.deepcopy(value)
    return resource
