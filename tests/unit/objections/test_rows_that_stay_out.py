"""Confidential, restricted and test rows, each with what is attached to it, in one night, both products."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.fhir import systems
from tests.identity_economy import Economy, Resource, observation
from tests.objection_house import (
    ACUTE,
    COMMUNITY,
    CTV3,
    GP,
    MENTAL,
    READ,
    SNOMED,
    SNOMED_RESTRICTED,
    House,
    coded,
    reference,
)

PLAIN = coded(SNOMED, "271649006")
LABELS = {
    "restricted": {"system": systems.CONFIDENTIALITY, "code": "R"},
    "very restricted": {"system": systems.CONFIDENTIALITY, "code": "V"},
    "without a system": {"code": "R"},
    "by the system's OID": {"system": "urn:oid:2.16.840.1.113883.5.25", "code": "R"},
    "in lower case": {"system": systems.CONFIDENTIALITY, "code": "r"},
    "sensitive by its kind": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "SDV"},
}
NOT_LABELS = {
    "normal": {"system": systems.CONFIDENTIALITY, "code": "N"},
    "another meaning": {"system": systems.ACT_REASON, "code": "R"},
}
EXTENSION = systems.LOCAL_EXTENSION
# Where a restricted code may stand -> the rows (resource type, resource) that show it.
RESTRICTED: dict[str, tuple[str, Resource]] = {
    "an entry": ("Observation", {"status": "final", "code": coded(SNOMED, SNOMED_RESTRICTED)}),
    "behind another coding": (
        "Observation",
        {"status": "final", "code": coded(SNOMED, "271649006", (CTV3, "XE0AA"))},
    ),
    "Read with its term": ("Observation", {"status": "final", "code": coded(READ, "7E0A.11")}),
    "a coded answer": (
        "Observation",
        {"status": "final", "code": PLAIN, "valueCodeableConcept": coded(SNOMED, SNOMED_RESTRICTED)},
    ),
    "ICD-10 padded in the list": ("Condition", {"code": coded("http://hl7.org/fhir/sid/icd-10", "N46")}),
    "ICD-10 padded in the record": (
        "Condition",
        {"code": coded("http://hl7.org/fhir/sid/icd-10-uk", "N46.X")},
    ),
    "ICD-10 below the code of the list": (
        "Condition",
        {"code": coded("http://hl7.org/fhir/sid/icd-10", "Z31.2")},
    ),
    "ICD-10 in lower case, without its system": ("Condition", {"code": coded(None, "z312")}),
    "ICD-10 by the system's OID": ("Condition", {"code": coded("urn:oid:2.16.840.1.113883.6.3", "Z31.2")}),
    "ICD-10 by a URN of its name": ("Condition", {"code": coded("urn:icd-10", "Z312")}),
    "ICD-10 under a URI of the sender's own": (
        "Condition",
        {"code": coded("http://records.example/CodeSystem/diagnosis", "Z31.2")},
    ),
    "Read by the system's OID": (
        "Observation",
        {"status": "final", "code": coded("urn:oid:2.16.840.1.113883.2.1.6.2", "7E0A.11")},
    ),
    "Read under a URI of the sender's own": (
        "Observation",
        {"status": "final", "code": coded("http://records.example/CodeSystem/entry", "7E0A.00")},
    ),
    "OPCS-4": (
        "Procedure",
        {"status": "completed", "code": coded("https://fhir.hl7.org.uk/CodeSystem/OPCS-4", "Q13.1")},
    ),
    "a reason for a referral": (
        "ServiceRequest",
        {"status": "active", "intent": "order", "reasonCode": [PLAIN, coded(SNOMED, SNOMED_RESTRICTED)]},
    ),
    "a service asked for": (
        "ServiceRequest",
        {"status": "active", "intent": "order", "code": coded(SNOMED, SNOMED_RESTRICTED)},
    ),
    "a medicine": (
        "MedicationRequest",
        {
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": coded("https://dmd.nhs.uk", SNOMED_RESTRICTED),
        },
    ),
    "why a medicine is given, in an extension": (
        "MedicationRequest",
        {
            "status": "active",
            "intent": "order",
            "extension": [
                {"url": EXTENSION + "Reason", "valueCodeableConcept": coded(SNOMED, SNOMED_RESTRICTED)}
            ],
        },
    ),
    "a free-standing code in an extension": (
        "Encounter",
        {
            "status": "finished",
            "class": {"code": "AMB"},
            "extension": [{"url": EXTENSION + "CoreHRG", "valueCode": "MC07"}],
        },
    ),
    "a reason for a contact": (
        "Encounter",
        {"status": "finished", "class": {"code": "AMB"}, "reasonCode": [coded(SNOMED, SNOMED_RESTRICTED)]},
    ),
    "where somebody was discharged to": (
        "Encounter",
        {
            "status": "finished",
            "class": {"code": "AMB"},
            "hospitalization": {"dischargeDisposition": coded(SNOMED, SNOMED_RESTRICTED)},
        },
    ),
    "what a care plan does": (
        "CarePlan",
        {
            "status": "active",
            "intent": "plan",
            "activity": [{"detail": {"code": coded(SNOMED, SNOMED_RESTRICTED)}}],
        },
    ),
    "a kind of booking": (
        "Appointment",
        {"status": "booked", "serviceType": [coded(SNOMED, SNOMED_RESTRICTED)]},
    ),
    "a reason for not coming": (
        "Appointment",
        {"status": "cancelled", "cancelationReason": coded(SNOMED, SNOMED_RESTRICTED)},
    ),
}
NOT_RESTRICTED: dict[str, tuple[str, Resource]] = {
    "a neighbour in ICD-10": ("Condition", {"code": coded("http://hl7.org/fhir/sid/icd-10", "N47")}),
    "a SNOMED code that begins alike": (
        "Observation",
        {"status": "final", "code": coded(SNOMED, SNOMED_RESTRICTED + "1")},
    ),
    "a word of a known system that begins like an ICD code": (
        "Observation",
        {"status": "final", "code": coded(systems.LOCAL_CODE_SYSTEM + "outcome", "Z312")},
    ),
    "SNOMED letters of an ICD code": ("Observation", {"status": "final", "code": coded(SNOMED, "Q131")}),
}


@pytest.fixture
def house(economy: Economy) -> House:
    return House(economy)


def add(
    house: House, kind: str, key: str, record_id: str, resource: Resource, where: dict[str, Any] = GP
) -> int:
    return house.economy.add(kind, {"id": key, **resource}, record_id, **where)


def contact(**more: Any) -> Resource:
    return {"status": "finished", "class": {"code": "AMB"}, **more}


def test_marked_rows_and_restricted_codes_are_in_no_product(house: House) -> None:
    p = house.person()
    out, kept = {}, {}
    for number, (name, label) in enumerate((LABELS | NOT_LABELS).items()):
        row = add(house, "Observation", f"m{number}", p,
                  {"status": "final", "code": PLAIN, "meta": {"security": [label]}})  # fmt: skip
        (out if name in LABELS else kept)[f"label: {name}"] = ("gp", row)
    for number, (name, (kind, resource)) in enumerate((RESTRICTED | NOT_RESTRICTED).items()):
        row = add(house, kind, f"r{number}", p, resource)
        (out if name in RESTRICTED else kept)[f"code: {name}"] = ("gp", row)
    for product in ("direct_care", "secondary_use"):
        summary = house.night(product)
        left = house.kept_rows(product)
        assert [name for name, place in out.items() if place in left] == []
        assert [name for name, place in kept.items() if place not in left] == []
        counted = {count.reason: count.rows for count in summary.withheld}
        assert counted == {"confidential": len(LABELS), "legally_restricted": len(RESTRICTED)}


def hidden_rows(house: House, p: str) -> list[int]:
    """A confidential contact and medicine and a restricted referral, each with what is attached to it."""
    secret = {"security": [LABELS["restricted"]]}
    return [
        add(house, "Encounter", "c1", p, contact(meta=secret)),
        add(
            house,
            "Observation",
            "o1",
            p,
            observation("o1", "271649006", encounter=reference("Encounter", "c1")),
        ),
        add(house, "Condition", "d1", p, {"code": PLAIN, "encounter": reference("Encounter", "c1")}),
        add(
            house,
            "MedicationRequest",
            "m1",
            p,
            {"status": "active", "intent": "plan", "medicationCodeableConcept": PLAIN, "meta": secret},
        ),
        add(
            house,
            "MedicationRequest",
            "m2",
            p,
            {
                "status": "active",
                "intent": "order",
                "medicationCodeableConcept": PLAIN,
                "basedOn": [reference("MedicationRequest", "m1")],
                "dosageInstruction": [{"text": "one a day"}],
            },
        ),
        add(
            house,
            "ServiceRequest",
            "s1",
            p,
            {"status": "active", "intent": "order", "reasonCode": [coded(SNOMED, SNOMED_RESTRICTED)]},
        ),
        add(
            house,
            "Appointment",
            "a1",
            p,
            {"status": "booked", "basedOn": [reference("ServiceRequest", "s1")]},
        ),
        add(house, "Encounter", "c2", p, contact(appointment=[reference("Appointment", "a1")])),
        add(
            house,
            "Observation",
            "o2",
            p,
            observation("o2", "271649006", encounter=reference("Encounter", "c2")),
        ),
    ]


def test_what_is_attached_goes_with_it_and_the_rest_stays(house: House) -> None:
    p = house.person()
    out = hidden_rows(house, p)
    stays = [
        add(house, "Encounter", "c3", p, contact()),
        add(
            house,
            "Observation",
            "o3",
            p,
            observation("o3", SNOMED_RESTRICTED, encounter=reference("Encounter", "c3")),
        ),
        add(
            house,
            "Observation",
            "o4",
            p,
            observation("o4", "271649006", encounter=reference("Encounter", "c3")),
        ),
    ]
    restricted = stays.pop(1)
    house.night("direct_care")
    left = {row for source, row in house.kept_rows("direct_care") if source == "gp"}
    assert set(out) & left == set()
    assert restricted not in left
    assert set(stays) <= left


def test_ids_of_another_sender_attach_nothing(house: House) -> None:
    p = house.person()
    house.economy.person("q", house.number(p), **COMMUNITY)
    add(house, "Encounter", "c1", p, contact(meta={"security": [LABELS["restricted"]]}))
    row = add(
        house,
        "Observation",
        "o1",
        "q",
        observation("o1", "271649006", encounter=reference("Encounter", "c1")),
        COMMUNITY,
    )
    house.night("direct_care")
    assert ("community", row) in house.kept_rows("direct_care")


def test_the_booking_of_a_contact_that_stays_out_stays_out_too(house: House) -> None:
    """It is the same event sent twice; without its contact it would be published as one nobody attended."""
    secret, booked = {"security": [LABELS["restricted"]]}, {"status": "fulfilled"}
    kept = {n: contact(appointment=[reference("Appointment", n)]) for n in ("a1", "a2")}
    restricted = {
        "status": "completed", "code": coded(SNOMED, SNOMED_RESTRICTED),
        "encounter": reference("Encounter", "c1"),
    }  # fmt: skip
    referral, of_referral = (
        {"status": "active", "intent": "order", "code": PLAIN},
        reference("ServiceRequest", "s1"),
    )
    p, q = house.person(), house.person(where=COMMUNITY)
    rows = [
        ("gp", add(house, "Appointment", "a1", p, booked)),
        ("gp", add(house, "Encounter", "c1", p, {**kept["a1"], "meta": secret})),
        ("gp", add(house, "Encounter", "c3", p, {"basedOn": [of_referral], **contact(meta=secret)})),
        ("community", add(house, "Appointment", "a1", q, booked, COMMUNITY)),
        ("community", add(house, "Encounter", "c1", q, kept["a1"], COMMUNITY)),
        (
            "community",
            add(house, "Procedure", "p1", q, restricted, COMMUNITY),
        ),
    ]
    stays = [
        ("gp", add(house, "Appointment", "a2", p, booked)),
        ("gp", add(house, "Encounter", "c2", p, kept["a2"])),
        ("gp", add(house, "ServiceRequest", "s1", p, referral)),
    ]
    house.night("direct_care")
    left = house.kept_rows("direct_care")
    assert [row for row in rows if row in left] == []
    assert [row for row in stays if row not in left] == []


def test_a_restricted_referral_takes_a_mental_health_spell_whole(house: House) -> None:
    p = house.person(where=MENTAL)
    rows = [
        add(
            house,
            "ServiceRequest",
            "s1",
            p,
            {"status": "active", "intent": "order", "code": coded(SNOMED, SNOMED_RESTRICTED)},
            MENTAL,
        ),
        add(house, "Encounter", "spell", p, contact(basedOn=[reference("ServiceRequest", "s1")]), MENTAL),
        add(house, "Encounter", "stay", p, contact(partOf=reference("Encounter", "spell")), MENTAL),
        add(
            house, "Condition", "d1", p, {"code": PLAIN, "encounter": reference("Encounter", "stay")}, MENTAL
        ),
    ]
    house.night("direct_care")
    assert {("mental_health", row) for row in rows} & house.kept_rows("direct_care") == set()


NAMES = {
    ("ZZZTEST", "Ann"): True,
    ("zz-test", "Ann"): True,
    ("XXTESTPATIENT", "Donotuse"): True,
    ("TÉSTPATIENT", "Ann"): True,
    ("Test", "Patient"): True,
    ("Dummy", "Zzz"): True,
    ("Smith", "Test Patient"): True,
    ("Test", "Ann"): False,  # a surname
    ("Testa", "Maria"): False,
    ("Trainor", "Ann"): False,
    ("Greatest", "Ann"): False,
}


def test_people_made_up_for_tests_are_known_by_their_names(house: House) -> None:
    people = {
        house.person(name=[{"use": "official", "family": family, "given": [given]}]): is_test
        for (family, given), is_test in NAMES.items()
    }
    house.night("direct_care")
    found = house.reasons("direct_care")
    assert {record_id: found[record_id] == "test_patient" for record_id in people} == people


def test_in_production_a_number_that_was_never_issued_is_a_test(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WSIC_ROOT_KEY", "0123456789abcdef" * 4)
    house.in_production()
    record_id = house.person(where=ACUTE)
    house.night("direct_care")
    assert house.reasons("direct_care")[record_id] == "test_patient"
