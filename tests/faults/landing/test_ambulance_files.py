"""Ambulance extracts that arrive wrong, by the real declaration: refused, held or warned of."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors import registry
from tests.landing_house import House

FEED, FILE = "ambulance/RRU", "AmbulanceIncident.csv"
COLUMNS = [column.name for column in registry.format_named("ambulance", "ads").file(FILE).columns]
HEADER = ",".join(COLUMNS)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A deployment with the declarations that are shipped."""
    return House(tmp_path)


def incident(number: int, **said: str) -> str:
    """A line of the extract, sound where ``said`` does not change it."""
    sound = {
        "AmbulanceIncidentNumber": f"LAS{number:010}",
        "PatientSequence": "1",
        "UpdateType": "9",
        "ResponseCategory": "C2",
        "IncidentOutcome": "See and treat",
        "DateOfBirth": "1950-02-03",
        "CallConnectDateTime": "2026-03-01 10:00:00",
        "ClockStartDateTime": "2026-03-01 10:00:30",
        "IncidentClosedDateTime": "2026-03-01 11:00:00",
    }
    return ",".join((sound | said).get(name, "") for name in COLUMNS)


def test_rows_without_a_call_or_with_an_outcome_of_nobodys_list_are_held_and_the_rest_lands(
    house: House,
) -> None:
    good = [incident(number) for number in range(1, 19)]
    bad = [incident(50, IncidentOutcome="Took her home"), incident(51, CallConnectDateTime="")]
    house.send(FILE, HEADER, *good, *bad, feed=FEED)
    outcome = house.land(FEED)

    assert outcome.outcome == "landed"
    held = {(row[0], row[3]) for row in house.quarantined()}
    assert held == {(19, "unknown_code"), (20, "missing_required")}
    assert len(house.fhir("Encounter", "id", FEED)) == len(house.fhir("Patient", "id", FEED)) == 18
    assert house.unbalanced() == []


def test_clocks_out_of_order_and_moments_that_are_none_are_warned_of_and_the_row_lands(house: House) -> None:
    house.send(
        FILE,
        HEADER,
        incident(1, ClockStartDateTime="2026-03-01 09:59:00"),
        incident(2, ClockStartDateTime="ten past"),
        incident(3, IncidentOutcome="See and convey to ED", DateOfBirth="2026-04-01"),
        feed=FEED,
    )
    house.land(FEED)

    assert house.rules(FILE) == {
        "clock_start_too_early": 1,
        "malformed_datetime": 1,
        "conveyed_without_a_destination": 1,
        "born_after_the_call": 1,
    }
    assert len(house.fhir("Encounter", "id", FEED)) == 3


def test_a_renamed_column_refuses_the_file_and_says_which(house: House) -> None:
    house.send(FILE, HEADER.replace("IncidentOutcome", "Outcome"), incident(1), feed=FEED)
    outcome = house.land(FEED)

    assert outcome.outcome == "refused"
    assert "IncidentOutcome" in outcome.message
    assert "Outcome" in outcome.message
    assert house.unbalanced() == []


def test_an_update_replaces_an_incident_and_a_delete_takes_it_away(house: House) -> None:
    house.send(FILE, HEADER, incident(1), incident(2), feed=FEED)
    house.land(FEED)
    changed = incident(1, IncidentOutcome="Hear and treat", ResponseCategory="C5")
    house.send(FILE, HEADER, changed, incident(2, UpdateType="1"), feed=FEED, on="2026-03-31")
    house.land(FEED)

    assert house.fhir("Encounter", '"class".code', FEED) == [("VR",)]
    assert house.unbalanced() == []
