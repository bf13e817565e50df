"""References that resolve to nothing: counted by type and element, kept, and completed by a later file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from connectors import registry
from connectors.fhir.shapes import REFERENCE, SHAPES
from pipeline.landing.references import _places
from tests.landing_house import PERSON, VISIT, House, person, visit

FHIR, CSDS = "acute/X04", "community/X03"
ENCOUNTER = {"resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}}


def unresolved(house: House) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Of the last night: (type, element, type referred to) -> checked, unresolved."""
    rows = house.ledger.query("select * from unresolved_reference where run_id = ?", (f"run-{house.runs}",))
    return {
        (row["resource_type"], row["path"], row["target_type"]): (
            row["references_checked"],
            row["references_unresolved"],
        )
        for row in rows
    }


def encounter(number: int, **elements: Any) -> str:
    whom = {"subject": {"reference": "Patient/a"}}
    return json.dumps({**ENCOUNTER, "id": f"e{number}", **whom, **elements})


def test_a_reference_to_nothing_is_counted_and_a_later_file_completes_it(house: House) -> None:
    house.send("Encounter.ndjson", encounter(1, basedOn=[{"reference": "ServiceRequest/r1"}]), feed=FHIR)
    house.land(FHIR)
    assert unresolved(house) == {
        ("Encounter", "subject", "Patient"): (1, 1),
        ("Encounter", "basedOn", "ServiceRequest"): (1, 1),
    }
    assert house.fhir("Encounter", "id", FHIR) == [("e1",)]  # kept, not dropped

    house.send("Patient.ndjson", '{"resourceType": "Patient", "id": "a"}', feed=FHIR, on="2026-03-31")
    house.land(FHIR)
    assert unresolved(house)[("Encounter", "subject", "Patient")] == (1, 0)
    house.land(FHIR)  # nothing new: what the last build counted still holds
    assert unresolved(house)[("Encounter", "basedOn", "ServiceRequest")] == (1, 1)
    assert not house.unbalanced()


def test_forms_of_a_reference(house: House) -> None:
    house.send("Patient.ndjson", '{"resourceType": "Patient", "id": "a"}', feed=FHIR)
    forms = (
        {"reference": "https://server.example/fhir/Patient/a/_history/3"},
        {"reference": "Patient/b"},
        {"reference": "urn:uuid:9c4f2c5e-0000-4000-8000-000000000000"},
        {"reference": "#inside"},
        {"reference": "Practitioner/p"},  # never landed, so nothing is expected of it
        {"identifier": {"system": "https://x.example", "value": "1"}, "type": "Encounter"},
    )
    house.send("Encounter.ndjson", *(encounter(n, partOf=form) for n, form in enumerate(forms)), feed=FHIR)
    house.land(FHIR)
    assert {key: found for key, found in unresolved(house).items() if key[1] == "partOf"} == {
        ("Encounter", "partOf", "Patient"): (2, 1),
        ("Encounter", "partOf", "(none)"): (1, 1),
    }


def test_a_visit_without_its_person_is_counted_for_native_files_alike(house: House) -> None:
    house.send("Person.csv", PERSON, person(1))
    house.send("Visit.csv", VISIT, visit(1), visit(2, who=7))
    house.land()
    assert unresolved(house) == {("Encounter", "subject", "Patient"): (2, 1)}


def test_a_contact_without_its_referral_waits_for_it(tmp_path: Path) -> None:
    house = House(tmp_path)

    def send(stem: str, row: dict[str, str], on: str) -> None:
        file = registry.format_named("community", "csds").file(f"{stem}.csv")
        names = [column.name for column in file.columns]
        house.send(
            file.name, ",".join(names), ",".join(row.get(name, "") for name in names), feed=CSDS, on=on
        )

    for day, stems in (("2026-03-10", ("CYP000", "CYP001", "CYP201")), ("2026-03-20", ("CYP000", "CYP101"))):
        rows = {
            "CYP000": {"OrgID_Provider": "X03", "RP_StartDate": "2026-03-01"},
            "CYP001": {"LocalPatientID": "C1", "DateOfBirth": "1950-05-06"},
            "CYP201": {
                "CareContactID": "K1", "ServiceRequestID": "R1", "Contact_Date": "2026-03-05",
                "AttendanceStatus": "5",
            },
            "CYP101": {
                "ServiceRequestID": "R1", "LocalPatientID": "C1", "ReferralRequest_ReceivedDate": "2026-03-02"
            },
        }  # fmt: skip
        for stem in stems:
            send(stem, rows[stem], day)
        house.land(CSDS)
        found = unresolved(house)
        waits = day == "2026-03-10"
        assert found[("Encounter", "basedOn", "ServiceRequest")] == (1, int(waits))
        assert found[("Encounter", "subject", "Patient")] == (1, int(waits))
        assert house.fhir("Encounter", "_record_id", CSDS) == [(None if waits else "C1",)]


def test_every_reference_of_every_shape_is_looked_at() -> None:
    for resource_type, elements in SHAPES.items():
        declared = sum(kind.count(REFERENCE) for kind in elements.values())
        assert len(list(_places(resource_type))) == declared
