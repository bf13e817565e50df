"""Whole extracts that do not fit together, and a machine that fails: nothing is lost.

Each test says what is refused, what still counts, and that the rows balance.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import duckdb
import pytest

from pipeline.errors import UsageError
from pipeline.landing import show_quarantine
from tests.landing_house import CONTACT, EVENT, PERSON, VISIT, House, people, person, visit

# -- whole extracts --------------------------------------------------------------------------------


def test_a_file_that_nothing_declares_is_refused_under_a_name_of_ours(house: House) -> None:
    house.send("Person.csv", PERSON, *people(1))
    house.send("Jane Markerson.docx", "x")
    outcome = house.land()

    assert outcome.outcome == "landed"
    names = [file["file_name"] for file in house.files()]
    assert names[0] == "Person.csv"
    assert names[1].startswith("unrecognised-")
    assert names[1].endswith(".docx")


def test_a_refused_marker_file_holds_its_extract_back_until_it_is_sent_again(house: House) -> None:
    house.send("Person.csv", PERSON, *people(1), on="2026-03-29")
    house.send("Person.csv", "PersonId,Wrong", "P2,x")
    house.send("Visit.csv", VISIT, visit(1), visit(2))
    held = house.land()
    assert held.outcome == "refused"
    assert house.fhir("Encounter", "id") == []
    stage = """select rows_in, rows_withheld from stage
        where stage = 'current' and run_id = ? and rows_withheld > 0"""
    assert house.ledger.query(stage, ("run-1",)) == [{"rows_in": 2, "rows_withheld": 2}]

    house.send("Person.csv", PERSON, *people(2))
    assert house.land().outcome == "landed"
    assert len(house.fhir("Encounter", "id")) == 2
    assert len(house.fhir("Patient", "id")) == 2
    assert not house.unbalanced()


def test_a_file_that_the_feed_has_sent_before_is_missed_by_name(house: House) -> None:
    house.send("Person.csv", PERSON, *people(1), on="2026-03-29")
    house.send("Visit.csv", VISIT, visit(1), on="2026-03-29")
    assert house.land().message == ""
    house.send("Person.csv", PERSON, *people(2))
    outcome = house.land()

    assert outcome.outcome == "landed"
    assert outcome.message.endswith("/Visit.csv: did not come with the others")


def withheld(house: House) -> list[int]:
    """Rows held back with their extract, night by night."""
    stages = "select run_id, sum(rows_withheld) as n from stage where stage = 'current' group by 1 order by 1"
    return [row["n"] for row in house.ledger.query(stages)]


def test_a_submission_is_held_back_until_its_header_file_comes(house: House) -> None:
    house.send("Contact.csv", CONTACT, "C1,P1,5", feed="community/X03")
    outcome = house.land("community/X03")
    assert outcome.outcome == "refused"
    assert outcome.message.endswith("/Head.csv: has not come; the extract is held back until it does")
    assert (house.fhir("Encounter", "id", "community/X03"), withheld(house)) == ([], [1])

    house.send("Head.csv", "Start", "2026-01-01", feed="community/X03")
    assert house.land("community/X03").outcome == "landed"
    assert (house.fhir("Encounter", "id", "community/X03"), withheld(house)) == ([("C1",)], [1, 0])
    assert not house.unbalanced()


def test_totals_that_come_after_their_file_judge_it_all_the_same(house: House) -> None:
    def totals(rows: int) -> None:
        house.send("manifest.json", json.dumps({"files": [{"name": "Person.csv", "rows": rows}]}))

    house.send("Person.csv", PERSON, *people(1, 2))
    assert house.land().outcome == "landed"
    totals(3)
    assert house.land().outcome == "refused"
    assert (house.rules("Person.csv"), house.fhir("Patient", "id")) == ({"control_total_rows": 2}, [])
    assert house.land().outcome == "unchanged"
    totals(2)
    assert house.land().outcome == "landed"
    assert (house.rules("Person.csv"), len(house.fhir("Patient", "id"))) == ({}, 2)
    assert not house.unbalanced()


def test_a_header_file_with_two_periods_holds_its_submission_back(house: House) -> None:
    house.send("Head.csv", "Start", "2026-01-01", "2026-02-01", feed="community/X03")
    house.send("Contact.csv", CONTACT, "C1,P1,5", feed="community/X03")
    assert house.land("community/X03").outcome == "refused"

    assert house.rules("Head.csv") == {"period_not_one": 0}
    assert (house.fhir("Encounter", "id", "community/X03"), withheld(house)) == ([], [1])


def test_a_broken_line_of_fhir_costs_no_other(house: House) -> None:
    house.send(
        "Patient.1.ndjson",
        '{"resourceType": "Patient", "id": "a", "birthDate": "1980-02-03"}',
        '{"resourceType": "Patient", "id": ',
        '{"resourceType": "Patient", "id": "b", "birthDate": "1980-02-03"}',
        feed="acute/X04",
    )
    house.land("acute/X04")

    assert house.fhir("Patient", "id, _row", "acute/X04") == [("a", 1), ("b", 3)]
    assert house.quarantined() == [(2, None, "$", "malformed_json")]


def test_a_compressed_file_cut_short_is_refused(house: House) -> None:
    house.send("Patient.ndjson.gz", content=b"\x1f\x8b\x08\x00broken", feed="acute/X04")
    assert house.land("acute/X04").files[0].message.startswith("unreadable_file")


# -- the machine -----------------------------------------------------------------------------------


def test_a_full_disk_is_no_fault_of_the_file(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.send("Person.csv", PERSON, *people(1))
    house.send("Visit.csv", VISIT, visit(1))

    def full(*_: object, **__: object) -> None:
        raise duckdb.IOException("No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("pipeline.landing.native.write_typed", full)
        outcome = house.land()
        assert outcome.outcome == "refused"
        assert house.files() == []
    assert house.land().outcome == "landed"


def test_a_ledger_that_cannot_be_written_leaves_the_file_unseen(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.send("Person.csv", PERSON, *people(1))

    def locked(*_: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    with monkeypatch.context() as broken:
        broken.setattr("pipeline.landing.land.record_file", locked)
        with pytest.raises(sqlite3.OperationalError):
            house.land()
    assert house.land().outcome == "landed"
    assert len(house.fhir("Patient", "id")) == 1


def test_a_build_cut_short_is_made_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.send("Person.csv", PERSON, *people(1))
    house.land()
    house.send("Person.csv", PERSON, *people(2), on="2026-03-31")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("pipeline.landing.build.write_resources", killed)
        with pytest.raises(KeyboardInterrupt):
            house.land()
    assert len(house.fhir("Patient", "id")) == 1
    house.land()
    assert len(house.fhir("Patient", "id")) == 2


def test_what_is_refused_can_be_shown_by_row_and_rule_and_never_by_value(
    house: House, tmp_path: Path
) -> None:
    house.send("Person.csv", PERSON, person(1, name="Markerson", born="1980-99-99"))
    file_id = house.land().files[0].file_id
    shown = show_quarantine(house.zones, house.ledger, file_id)

    assert shown == [{"row": 1, "line_number": None, "column_name": "Born", "rule_id": "malformed_date"}]
    with pytest.raises(UsageError, match="quarantine list"):
        show_quarantine(house.zones, house.ledger, "0" * 16)


def test_rows_of_an_event_snapshot_keep_their_own_period(house: House) -> None:
    house.send(
        "Event.csv",
        EVENT,
        "P1,a,2026-01-01,old",
        "P2,a,2026-01-01,old",
        feed="social_care/X05",
        on="2026-02-01",
    )
    house.send("Event.csv", EVENT, "P1,a,2026-01-01,new", feed="social_care/X05", on="2026-03-01")
    house.land("social_care/X05")
    assert house.current("social_care/X05") == [("P1", 1, False)]
