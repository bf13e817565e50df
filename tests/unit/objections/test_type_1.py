"""Type 1 objections as every kind of sender writes them: one person a case, all in one night."""

from __future__ import annotations

from typing import Any

import pytest

from tests.identity_economy import Economy, Resource, security
from tests.objection_house import CTV3, DISSENT, GP, READ, SNOMED, WITHDRAWN, House, coded

Rows = list[tuple[str, Resource]]


def entry(on: str | None, concept: Resource, **more: Any) -> tuple[str, Resource]:
    return "Observation", {"status": "final", "code": concept, "effectiveDateTime": on, **more}


def flag(
    concept: Resource, status: str = "active", start: str = "2024-01-01", end: str | None = None
) -> tuple[str, Resource]:
    return "Flag", {"status": status, "code": concept, "period": {"start": start, "end": end}}


def consent(
    concept: Resource, kind: str | None, status: str = "active", end: str | None = None
) -> tuple[str, Resource]:
    provision = {"type": kind, "period": {"start": None, "end": end}} if kind else None
    return "Consent", {
        "status": status,
        "scope": coded(None, "patient-privacy"),
        "category": [concept],
        "dateTime": "2024-01-01",
        "provision": provision,
    }


NO, YES = coded(SNOMED, DISSENT), coded(SNOMED, WITHDRAWN)
OTHER = (SNOMED, "271649006")
CASES: dict[str, tuple[Rows, bool]] = {
    "CTV3 alone": ([entry("2024-01-01", coded(CTV3, "XaZ89"))], True),
    "CTV3 behind a SNOMED concept that says nothing": (
        [entry("2024-01-01", coded(*OTHER, (CTV3, "XaZ89")))],
        True,
    ),
    "Read v2 as EMIS writes it": ([entry("2024-01-01", coded(*OTHER, (READ, "9Nu0.")))], True),
    "Read v2 with its term": ([entry("2024-01-01", coded(READ, "9Nu0.00"))], True),
    "Read v2 without its dot": ([entry("2024-01-01", coded("http://read.info/readv2", "9Nu0"))], True),
    "a code of another case is another code": ([entry("2024-01-01", coded(CTV3, "XAZ89"))], False),
    "withdrawn by SNOMED after CTV3": (
        [entry("2024-01-01", coded(CTV3, "XaZ89")), entry("2024-02-01", YES)],
        False,
    ),
    "as a problem": ([("Condition", {"code": NO, "recordedDate": "2024-01-01"})], True),
    "typed as an allergy": ([("AllergyIntolerance", {"code": NO, "recordedDate": "2024-01-01"})], True),
    "as a procedure": (
        [("Procedure", {"status": "completed", "code": NO, "performedDateTime": "2024-01-01"})],
        True,
    ),
    "entered in error": ([entry("2024-01-01", NO, status="entered-in-error")], False),
    "a withdrawal entered in error": (
        [entry("2024-01-01", NO), entry("2024-02-01", YES, status="entered-in-error")],
        True,
    ),
    "of a day to come": ([entry("2027-01-01", NO)], True),
    "of a day to come, withdrawn before it": ([entry("2027-01-01", NO), entry("2026-01-01", YES)], True),
    "a withdrawal of tomorrow": ([entry("2024-01-01", NO), entry("2026-04-01", YES)], True),
    "a withdrawal of tonight": ([entry("2024-01-01", NO), entry("2026-03-31", YES)], False),
    "the same day, the withdrawal later": (
        [entry("2024-06-02T09:00:00+01:00", NO), entry("2024-06-02T10:00:00+01:00", YES)],
        True,
    ),
    "the same day in London, another in UTC": (
        [entry("2024-06-01T23:20:00Z", NO), entry("2024-06-02T00:10:00+01:00", YES)],
        True,
    ),
    "the day after in London, the same in UTC": (
        [entry("2024-06-01T12:00:00Z", NO), entry("2024-06-01T23:30:00Z", YES)],
        False,
    ),
    "a month is its last day": ([entry("2024-06", NO), entry("2024-06-30", YES)], True),
    "a withdrawn month is its first day": ([entry("2024-06-02", NO), entry("2024-06", YES)], True),
    "a date that is none": ([entry("2024-13-45", NO), entry("2024-06-02", YES)], True),
    "a confidential entry still objects": ([entry("2024-01-01", NO, meta=security("R"))], True),
    "a flag": ([flag(NO)], True),
    "a flag that is over": ([flag(NO, end="2025-01-01")], False),
    "a flag not active": ([flag(NO, status="inactive")], False),
    "a flag, withdrawn by a later entry": ([flag(NO), entry("2024-06-01", YES)], False),
    "a consent that denies": ([consent(NO, "deny")], True),
    "a consent that says no more than its code": ([consent(NO, None)], True),
    "permitted under the code of a dissent": ([consent(NO, "permit")], True),
    "denied under the code of a withdrawal": ([consent(YES, "deny")], True),
    "a consent that permits": ([consent(YES, "permit")], False),
    "a consent that was rejected": ([consent(NO, "deny", status="rejected")], False),
    "a consent whose time is over": ([consent(NO, "deny", end="2025-12-31")], False),
    "a dissent, then a consent that permits": ([entry("2023-01-01", NO), consent(YES, "permit")], False),
}


@pytest.fixture
def house(economy: Economy) -> House:
    return House(economy)


def _add(house: House, record_id: str, rows: Rows, where: dict[str, Any] = GP) -> None:
    for position, (kind, resource) in enumerate(rows):
        house.economy.add(kind, {"id": f"{kind[0]}{record_id}-{position}", **resource}, record_id, **where)


def test_every_way_of_objecting_is_heeded_and_nothing_else(house: House) -> None:
    people = {name: house.person() for name in CASES}
    for name, record_id in people.items():
        _add(house, record_id, CASES[name][0])
    house.night("secondary_use")
    found = house.reasons("secondary_use")
    wrong = [name for name, record_id in people.items()
             if (found[record_id] == "type_1_objection") is not CASES[name][1]]  # fmt: skip
    assert wrong == []
    assert set(found.values()) == {None, "type_1_objection"}
    assert house.out_afresh("secondary_use") == {record_id for record_id, reason in found.items() if reason}
    assert house.out_afresh("direct_care") == set()


def test_an_objection_follows_its_person_to_another_practice(house: House) -> None:
    """And only that person's own withdrawal ends it: not one in a test record that bears the number."""
    moved, back, fooled = (house.person() for _ in range(3))
    other = {"source": "gp", "sender": "YGX02"}
    for record_id in (moved, back, fooled):
        _add(house, record_id, [entry("2020-01-01", NO)])
    for record_id in (moved, back):
        house.economy.person(f"{record_id}-new", house.number(record_id), **other)
    _add(house, f"{back}-new", [entry("2024-01-01", YES)], other)
    house.economy.person("test", house.number(fooled), marks=("HTEST",), **other)
    _add(house, "test", [entry("2024-01-01", YES)], other)
    house.night("secondary_use")
    found = house.reasons("secondary_use")
    assert found[moved] == found[f"{moved}-new"] == "type_1_objection"
    assert found[back] is None and found[f"{back}-new"] is None
    assert found[fooled] == "type_1_objection"
    assert house.out_afresh("secondary_use") == {record_id for record_id, reason in found.items() if reason}
