"""Real declarations landed: a contact is about the person of its referral, and so is the fate of its row."""

from __future__ import annotations

from pathlib import Path

from connectors import registry
from tests.landing_house import House

FEED = "community/X03"


def _send(house: House, stem: str, *rows: dict[str, str]) -> None:
    file = registry.format_named("community", "csds").file(f"{stem}.csv")
    names = [column.name for column in file.columns]
    lines = (",".join(row.get(name, "") for name in names) for row in rows)
    house.send(file.name, ",".join(names), *lines, feed=FEED)


def test_a_contact_is_about_the_person_of_its_referral_or_nobody_known(tmp_path: Path) -> None:
    house = House(tmp_path)
    _send(house, "CYP000", {"OrgID_Provider": "X03", "RP_StartDate": "2026-03-01"})
    _send(house, "CYP001", {"LocalPatientID": "C1", "DateOfBirth": "1950-05-06"})
    _send(
        house,
        "CYP101",
        {"ServiceRequestID": "R1", "LocalPatientID": "C1", "ReferralRequest_ReceivedDate": "2026-03-02"},
    )
    contact = {"Contact_Date": "2026-03-05", "AttendanceStatus": "5"}
    _send(
        house,
        "CYP201",
        contact | {"CareContactID": "K1", "ServiceRequestID": "R1"},
        contact | {"CareContactID": "K2", "ServiceRequestID": "R9"},
    )
    _send(house, "CYP202", {"CareActivityID": "V1", "CareContactID": "K1", "Activity_Type": "01"})
    house.land(FEED)

    # Header; patient, referral and activity; the contact with a referral and the one without.
    assert sorted(house.current(FEED), key=str) == sorted(
        [
            (None, 1, True),
            ("C1", 1, False),
            ("C1", 1, False),
            ("C1", 1, False),
            ("C1", 1, False),
            (None, 2, False),
        ],
        key=str,
    )
    assert house.fhir("Encounter", "_record_id, _row", FEED) == [("C1", 1), (None, 2)]
