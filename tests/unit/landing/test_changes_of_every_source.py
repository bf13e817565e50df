"""Updates, deletes, re-submissions and late files, as the senders of every source send them.

Each story is a list of deliveries in the order of their extract dates, and what stands after all of them. It
is told twice: everything in one night, and one delivery a night with the last one first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors import registry
from tests.landing_house import House
from tests.sent_files import Row, lines_of


@dataclass(frozen=True)
class Story:
    """Deliveries ``(day of March 2026, file, rows)``, and rows of ``columns`` of a resource in the end."""

    name: str
    format: str
    sent: tuple[tuple[int, str, tuple[Row, ...]], ...]
    resource: str
    columns: str
    stands: tuple[tuple[Any, ...], ...]

    @property
    def source(self) -> str:
        return self.format.split(".")[0]


def emis(guid: str, surname: str, *, number: int = 1, deleted: str = "false") -> Row:
    return {
        "PatientGuid": guid,
        "OrganisationGuid": "O1",
        "Surname": surname,
        "DateOfBirth": "1980-02-03",
        "Deleted": deleted,
        "ProcessingId": str(number),
    }


def observed(guid: str, code: str, *, deleted: str = "false") -> Row:
    return {
        "ObservationGuid": guid,
        "PatientGuid": "P1",
        "OrganisationGuid": "O1",
        "EffectiveDate": "2026-03-01",
        "CodeId": code,
        "Deleted": deleted,
    }


def tpp(row: str, surname: str, *, removed: str = "0") -> Row:
    return {
        "RowIdentifier": row,
        "Surname": surname,
        "RemovedData": removed,
        "DateBirth": "03 Feb 1980 00:00:00",
    }


def listed(is_delta: str) -> Row:
    return {"FileName": "SRPatient.csv", "IsDelta": is_delta, "DateExtract": "04 Mar 2026 00:00:00"}


def sus(key: str, record: str, **more: str) -> Row:
    return {
        "UpdateType": "9",
        "OrganisationCodeCodeOfProvider": "RYJ",
        "LocalPatientIdentifier": record,
        **more,
    } | {"AttendanceUniqueIdentifier" if "Arrival_Date" in more else "GeneratedRecordIdentifier": key}


STAY = {"StartDateHospitalProviderSpell": "2026-02-01", "StartDateConsultantEpisode": "2026-02-01"}
BOOKED = {"AppointmentDate": "2026-02-01", "AttendedOrDidNotAttend": "5"}
ARRIVED = {"Arrival_Date": "2026-02-01", "Arrival_Time": "10:00:00"}


def hospital(file: str, event: dict[str, str]) -> Story:
    """K1 is replaced, K2 deleted, K3 deleted and sent anew, K4 deleted before it ever came."""
    return Story(
        f"sus {file}",
        "acute.sus",
        (
            (1, file, tuple(sus(f"K{n}", f"old{n}", **event) for n in (1, 2, 3))),
            (2, file, (
                sus("K1", "new1", **event),
                sus("K2", "old2", **event, UpdateType="1"),
                sus("K3", "old3", **event, UpdateType="1"),
                sus("K4", "old4", **event, UpdateType="1"),
            )),
            (3, file, (sus("K3", "new3", **event),)),
        ),
        "Patient",
        "_record_id",
        (("new1",), ("new3",)),
    )  # fmt: skip


def contact(format_: str, key: str, status: str) -> Row:
    if format_ == "community.csds":
        return {
            "CareContactID": key,
            "ServiceRequestID": "R1",
            "Contact_Date": "2026-01-05",
            "AttendanceStatus": status,
        }
    return {
        "CareContactID": key,
        "ServiceRequestID": "R1",
        "CareContDate": "2026-01-05",
        "AttendStatus": status,
    }


def submissions(format_: str, header: Row, head: str, contacts: str) -> Story:
    """January comes, is sent anew without C2 and with another word for C1; February repeats C3; then January
    comes a third time, and its C3 does not undo what February said."""

    def period(month: int) -> tuple[Row, ...]:
        return ({name: value.format(month=month) for name, value in header.items()},)

    def rows(**said: str) -> tuple[Row, ...]:
        return tuple(contact(format_, key, status) for key, status in said.items())

    return Story(
        f"{format_} periods",
        format_,
        (
            (1, head, period(1)),
            (1, contacts, rows(C1="3", C2="5", C3="3")),
            (2, head, period(1)),
            (2, contacts, rows(C1="5", C3="3")),
            (3, head, period(2)),
            (3, contacts, rows(C3="6", C4="5")),
            (4, head, period(1)),
            (4, contacts, rows(C1="7", C3="2")),
        ),
        "Appointment",
        "list_filter(extension, lambda e: e.url like '%AttendedStatus')[1].valueCode, _extract_date::varchar",
        (("5", "2026-03-03"), ("6", "2026-03-03"), ("7", "2026-03-04")),
    )


def service(person: str, kind: str, *, period: int, outcome: str) -> Row:
    return {
        "LA Code": "212",
        "Reporting Period Start Date": f"2025-{period:02d}-01",
        "Reporting Period End Date": f"2025-{period + 2:02d}-28",
        "LA Person Unique Identifier": person,
        "Client Type": "Service User",
        "Event Type": "Service",
        "Event Start Date": "2025-01-06",
        "Service Type": kind,
        "Unit Cost": outcome,
    }


def incident(number: str, family: str, *, update: str = "9") -> Row:
    return {
        "AmbulanceIncidentNumber": number,
        "PatientSequence": "1",
        "UpdateType": update,
        "OrganisationCodeAmbulanceTrust": "RRU",
        "IncidentOutcome": "See and treat",
        "PersonFamilyName": family,
        "CallConnectDateTime": "2026-02-01T10:00:00",
    }


LONG, SHORT = "Long Term Support: Community", "Short Term Support: ST-Max"
NORTH = Story(
    "cld overlapping submissions",
    "social_care.cld",
    (
        (
            1,
            "CLD.csv",
            (service("A", LONG, period=1, outcome="10"), service("B", LONG, period=1, outcome="10")),
        ),
        # The next quarter tells A's service again, and is sent twice: the second time without C.
        (
            2,
            "CLD.csv",
            (service("A", LONG, period=4, outcome="20"), service("C", LONG, period=4, outcome="20")),
        ),
        (
            3,
            "CLD.csv",
            (service("A", LONG, period=4, outcome="30"), service("D", SHORT, period=4, outcome="30")),
        ),
    ),
    "EpisodeOfCare",
    "_record_id, _extract_date::varchar",
    (("A", "2026-03-03"), ("B", "2026-03-01"), ("D", "2026-03-03")),
)

STORIES = (
    Story(
        "emis deletes, comes back, and orders rows by itself",
        "gp.emis",
        (
            (1, "Admin_Patient.csv", (emis("P1", "Ash"), emis("P2", "Beech"), emis("P3", "Cedar"))),
            (2, "Admin_Patient.csv", (emis("P1", "Elder"), emis("P2", "", deleted="true"))),
            (2, "Admin_Patient_2.csv", (emis("P3", "", deleted="true"),)),
            # Two parts of one extract: the supplier's count says that the first part has the newer row.
            (3, "Admin_Patient_1.csv", (emis("P3", "Fir", number=9),)),
            (3, "Admin_Patient_2.csv", (emis("P3", "Gorse", number=5),)),
        ),
        "Patient",
        "_record_id, name[1].family",
        (("P1", "Elder"), ("P3", "Fir")),
    ),
    Story(
        "emis entries deleted",
        "gp.emis",
        (
            (1, "CareRecord_Observation.csv", (observed("X1", "1"), observed("X2", "1"))),
            (2, "CareRecord_Observation.csv", (observed("X1", "", deleted="true"), observed("X3", "2"))),
        ),
        "Observation",
        "_record_id, _extract_date::varchar",
        (("P1", "2026-03-01"), ("P1", "2026-03-02")),
    ),
    Story(
        "tpp removes rows, and a file that is no delta replaces all",
        "gp.tpp",
        (
            (1, "SRPatient.csv", (tpp("1", "Ash"), tpp("2", "Beech"), tpp("3", "Cedar"))),
            (2, "SRPatient.csv", (tpp("1", "Elder"), tpp("2", "", removed="1"))),
            (2, "SRManifest.csv", (listed("1"),)),
            (3, "SRPatient.csv", (tpp("1", "Fir"), tpp("4", "Gorse"), tpp("5", "Hazel"))),
            (3, "SRManifest.csv", (listed("0"),)),
            (4, "SRPatient.csv", (tpp("5", "", removed="1"), tpp("6", "Ivy"))),
            (4, "SRManifest.csv", (listed("1"),)),
        ),
        "Patient",
        "_record_id, name[1].family",
        (("1", "Fir"), ("4", "Gorse"), ("6", "Ivy")),
    ),
    hospital("APC.csv", STAY),
    hospital("OP.csv", BOOKED),
    hospital("ECDS.csv", ARRIVED),
    submissions(
        "community.csds",
        {"OrgID_Provider": "RYX", "RP_StartDate": "2026-0{month}-01", "RP_EndDate": "2026-0{month}-28"},
        "CYP000.csv",
        "CYP201.csv",
    ),
    submissions(
        "mental_health.mhsds",
        {
            "OrgIDProvider": "RV3",
            "ReportingPeriodStartDate": "2026-0{month}-01",
            "ReportingPeriodEndDate": "2026-0{month}-28",
        },
        "MHS000.csv",
        "MHS201.csv",
    ),
    NORTH,
    Story(
        "ambulance incidents replaced and deleted",
        "ambulance.ads",
        (
            (1, "AmbulanceIncident.csv", tuple(incident(f"I{n}", "Ash") for n in (1, 2, 3))),
            (2, "AmbulanceIncident.csv", (
                incident("I1", "Elder"), incident("I2", "Ash", update="1"), incident("I3", "Ash", update="1"),
            )),
            (3, "AmbulanceIncident.csv", (incident("I3", "Fir"),)),
        ),
        "Patient",
        "_record_id, name[1].family",
        (("I1-1", "Elder"), ("I3-1", "Fir")),
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One home for all stories: each has a sender of its own."""
    yield House(tmp_path_factory.mktemp("senders"))


def send(house: House, feed: str, format_: str, delivery: tuple[int, str, tuple[Row, ...]]) -> None:
    day, file, rows = delivery
    house.send(file, *lines_of(format_, file, *rows), feed=feed, on=f"2026-03-{day:02d}")


def required(house: House, feed: str) -> None:
    """No row was refused, and every account holds: what stands is not an accident of a refusal."""
    sender = feed.split("/")[1]
    refused = house.ledger.query(
        "select file_name, message from file where sender = ? and rows_quarantined", (sender,)
    )
    assert refused == []
    assert not house.unbalanced()


@pytest.mark.parametrize("is_backwards", [False, True], ids=["in one night", "last one first"])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_what_stands_after_changes(house: House, story: Story, is_backwards: bool) -> None:
    feed = f"{story.source}/S{STORIES.index(story)}{'B' if is_backwards else 'A'}"
    for delivery in reversed(story.sent) if is_backwards else story.sent:
        send(house, feed, story.format, delivery)
        if is_backwards:
            house.receive(feed)
    house.land(feed)

    assert house.fhir(story.resource, story.columns, feed) == sorted(story.stands)
    required(house, feed)


def test_every_native_format_has_a_story() -> None:
    every = {f"{word}.{form.name}" for word, source in registry.SOURCES.items() for form in source.formats}
    assert {story.format for story in STORIES} == every


def encounter(key: str, status: str) -> Mapping[str, Any]:
    return {"resourceType": "Encounter", "id": key, "status": status, "class": {"code": "AMB"},
            "subject": {"reference": "Patient/p1"}}  # fmt: skip


def deletion(*urls: str) -> Mapping[str, Any]:
    entries = [{"request": {"method": "DELETE", "url": url}} for url in urls]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


FHIR_SENT = (
    (
        1,
        "Encounter.ndjson",
        (encounter("e1", "planned"), encounter("e2", "planned"), encounter("e3", "planned")),
    ),
    (2, "Encounter.a.ndjson", (encounter("e1", "finished"),)),
    (2, "Encounter.b.ndjson", (encounter("e1", "cancelled"), encounter("e4", "planned"))),
    (2, "Bundle.ndjson", (deletion("Encounter/e2", "Encounter/e3", "Encounter/e4"),)),
    (3, "Encounter.ndjson", (encounter("e3", "finished"),)),
)


@pytest.mark.parametrize("source", sorted(registry.SOURCES))
@pytest.mark.parametrize("is_backwards", [False, True], ids=["in one night", "last one first"])
def test_what_stands_of_fhir_from_any_source(house: House, source: str, is_backwards: bool) -> None:
    """Of two files of a day the later name counts; a deletion takes what its own day and all before say."""
    feed = f"{source}/F{int(is_backwards)}"
    for day, file, resources in reversed(FHIR_SENT) if is_backwards else FHIR_SENT:
        house.send(file, *map(json.dumps, resources), feed=feed, on=f"2026-03-{day:02d}")
        if is_backwards:
            house.receive(feed)
    house.land(feed)

    assert house.fhir("Encounter", "id, status", feed) == [("e1", "cancelled"), ("e3", "finished")]
    required(house, feed)


def test_a_content_that_its_sender_takes_back_counts_again(house: House) -> None:
    feed, day = "acute/BACK", "2026-03-01"
    for record in ("old", "new", "old", "new"):
        house.send("APC.csv", *lines_of("acute.sus", "APC.csv", sus("K1", record, **STAY)), feed=feed, on=day)
        house.land(feed)
        assert house.fhir("Patient", "_record_id", feed) == [(record,)]
        house.land(feed)  # and stays so while the file just lies there
        assert house.fhir("Patient", "_record_id", feed) == [(record,)]
    required(house, feed)


def test_files_of_two_formats_of_a_source_may_lie_in_one_folder(house: House) -> None:
    send(house, "gp/BOTH", "gp.emis", (1, "Admin_Patient.csv", (emis("P1", "Ash"),)))
    send(house, "gp/BOTH", "gp.tpp", (1, "SRPatient.csv", (tpp("1", "Elder"),)))
    house.land("gp/BOTH")
    assert house.fhir("Patient", "name[1].family", "gp/BOTH") == [("Ash",), ("Elder",)]
    required(house, "gp/BOTH")


def test_the_newest_list_of_a_tpp_extract_says_whether_it_is_whole(house: House) -> None:
    """A whole file that came under a list of deltas by mistake, and the list put right a night later."""
    for day, rows in ((1, (tpp("1", "Ash"), tpp("2", "Beech"))), (2, (tpp("1", "Elder"),))):
        send(house, "gp/LIST", "gp.tpp", (day, "SRPatient.csv", rows))
    send(house, "gp/LIST", "gp.tpp", (2, "SRManifest.csv", (listed("1"),)))
    house.land("gp/LIST")
    assert house.fhir("Patient", "_record_id", "gp/LIST") == [("1",), ("2",)]
    send(house, "gp/LIST", "gp.tpp", (2, "SRManifest.csv", (listed("0"),)))
    house.land("gp/LIST")
    assert house.fhir("Patient", "_record_id", "gp/LIST") == [("1",)]
    required(house, "gp/LIST")


@pytest.fixture(scope="module", autouse=True)
def _no_invented_source(house: House) -> Path:
    """The stories stand on the real declarations."""
    assert registry.SOURCES["gp"].formats[0].name == "emis"
    return house.root
