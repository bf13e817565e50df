"""Whose number, name and address stand where a trust's rows disagree, and what withheld identity does."""

from __future__ import annotations

from typing import Any

from tests.mapping_harness import map_rows

RESTRICTED = [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]


def _op(key: str, **columns: str) -> dict[str, str]:
    return {
        "GeneratedRecordIdentifier": key,
        "LocalPatientIdentifier": "P1",
        "AttendedOrDidNotAttend": "5",
    } | columns


def _patients(*rows: dict[str, str], **more: Any) -> list[dict[str, Any]]:
    return map_rows("acute", "sus", {"OP": rows, **more}, only=("Patient",))["Patient"]


def test_number_is_of_the_latest_row_that_has_one_with_the_status_of_that_row() -> None:
    [patient] = _patients(
        _op("1", AppointmentDate="2026-01-01", NHSNumber="999 000 0018", NHSNumberStatusIndicator="01"),
        _op("2", AppointmentDate="2026-02-01", NHSNumberStatusIndicator="07"),
    )
    number = patient["identifier"][0]
    assert number["value"] == "9990000018"
    assert number["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "01"


def test_name_and_address_are_of_the_latest_row_that_has_them_whatever_the_data_set() -> None:
    [patient] = _patients(
        _op("1", AppointmentDate="2026-01-01", PersonFamilyName="Older", Postcode="W2 1AA"),
        _op("2", AppointmentDate="2026-03-01"),
        ECDS=[
            {
                "AttendanceUniqueIdentifier": "A1",
                "LocalPatientIdentifier": "P1",
                "Arrival_Date": "2026-02-01",
                "PersonGivenName": "Łucja",
                "PersonFamilyName": "Newer",
                "Postcode": "W2 1BB",
            }
        ],
    )
    assert patient["name"] == [{"use": "usual", "family": "Newer", "given": ["Łucja"]}]
    assert patient["address"] == [{"use": "home", "postalCode": "W2 1BB"}]


def test_a_known_ethnic_category_outlives_a_later_not_stated() -> None:
    [patient] = _patients(
        _op("1", AppointmentDate="2026-01-01", EthnicCategory="N"),
        _op("2", AppointmentDate="2026-02-01", EthnicCategory="Z"),
    )
    assert patient["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "N"


def test_a_dummy_practice_is_no_practice() -> None:
    [patient] = _patients(_op("1", AppointmentDate="2026-01-01", PracticeCodeOfRegisteredGP="V81997"))
    assert "generalPractitioner" not in patient


def test_a_row_without_identity_is_a_restricted_patient_of_its_own() -> None:
    withheld = _op("9", AppointmentDate="2026-01-01", WithheldIdentityReason="03") | {
        "LocalPatientIdentifier": ""
    }
    mapped = map_rows("acute", "sus", {"OP": [_op("1", AppointmentDate="2026-01-01"), withheld]})
    by_record = {row["_record_id"]: row for row in mapped["Patient"]}
    assert set(by_record) == {"P1", "row-OP-9"}
    assert by_record["row-OP-9"]["meta"]["security"] == RESTRICTED
    assert "security" not in by_record["P1"]["meta"]
    for kind in ("Appointment", "Encounter"):
        marked = {row["_record_id"]: row["meta"].get("security") for row in mapped[kind]}
        assert marked == {"P1": None, "row-OP-9": RESTRICTED}


def test_one_withheld_row_restricts_itself_but_not_the_patient() -> None:
    mapped = map_rows(
        "acute",
        "sus",
        {
            "OP": [
                _op("1", AppointmentDate="2026-01-01", NHSNumber="9990000018"),
                _op("2", AppointmentDate="2026-02-01", WithheldIdentityReason="01", Postcode="W2 9ZZ"),
            ]
        },
    )
    [patient] = mapped["Patient"]
    assert "security" not in patient["meta"]
    assert patient["_row"] == 1
    assert [row["meta"].get("security") for row in mapped["Appointment"]] == [None, RESTRICTED]


def test_a_spell_with_a_withheld_episode_is_restricted() -> None:
    episode = {
        "LocalPatientIdentifier": "P1",
        "HospitalProviderSpellNumber": "S1",
        "StartDateHospitalProviderSpell": "2026-01-01",
    }
    mapped = map_rows(
        "acute",
        "sus",
        {
            "APC": [
                episode | {"GeneratedRecordIdentifier": "1", "EpisodeNumber": "1"},
                episode
                | {"GeneratedRecordIdentifier": "2", "EpisodeNumber": "2", "WithheldIdentityReason": "01"},
            ]
        },
    )
    marked = {
        (row["type"][0]["coding"][0]["code"], row["_row"]): "security" in row["meta"]
        for row in mapped["Encounter"]
    }
    assert marked == {
        ("inpatient_spell", 1): True,
        ("hospital_episode", 1): False,
        ("hospital_episode", 2): True,
    }
