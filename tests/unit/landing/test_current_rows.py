"""Which rows of a feed count: re-sends, updates, deletes, snapshots, late files."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from connectors import registry
from connectors.fhir import shapes
from pipeline.errors import WsicError
from tests.landing_house import CONTACT, EVENT, PERSON, VISIT, House, person, visit

RETURNS, EVENTS = "community/X03", "social_care/X05"


def names(house: House) -> list[str]:
    return [row[0] for row in house.fhir("Patient", "name[1].family")]


def test_a_later_extract_updates_a_row_and_a_tombstone_removes_it(house: House) -> None:
    house.send("Person.csv", PERSON, person(1, name="Ash"), person(2, name="Beech"), on="2026-03-28")
    house.send("Person.csv", PERSON, person(1, name="Elder"), person(2, deleted="true"), on="2026-03-29")
    house.land()
    assert names(house) == ["Elder"]


def test_rows_lie_in_the_order_of_the_extracts_so_that_linking_can_leave_out_what_it_knows(
    house: House,
) -> None:
    house.send("Person.csv", PERSON, *(person(n) for n in range(1, 9)), on="2026-03-28")
    house.send("Person.csv", PERSON, *(person(n, name="Elder") for n in (6, 2)), on="2026-03-30")
    house.send("Person.csv", PERSON, *(person(n, name="Hazel") for n in (4, 9)), on="2026-03-29")
    house.land()
    (landed,) = (house.zones.fhir / "Patient").rglob("data.parquet")
    days = [day for (day,) in duckdb.sql(f"select _extract_date from '{landed}'").fetchall()]
    assert days == sorted(days)
    assert len(set(days)) == 3


def test_a_late_file_of_an_earlier_day_does_not_undo_a_newer_one(house: House) -> None:
    house.send("Person.csv", PERSON, person(1, name="Elder"), on="2026-03-29")
    house.land()
    house.send("Person.csv", PERSON, person(1, name="Ash"), person(2, name="Beech"), on="2026-03-28")
    house.land()
    assert names(house) == ["Beech", "Elder"]


def test_of_a_file_sent_again_for_the_same_day_the_later_content_counts_row_by_row(house: House) -> None:
    house.send("Person.csv", PERSON, person(1, name="Ash"), person(2, name="Beech"))
    house.land()
    house.send("Person.csv", PERSON, person(1, name="Elder"))
    house.land()

    assert names(house) == ["Beech", "Elder"]
    assert len(list(house.zones.received.rglob("Person.csv*"))) == 2


def test_the_same_content_sent_again_is_skipped(house: House) -> None:
    house.send("Person.csv", PERSON, person(1))
    assert house.land().outcome == "landed"
    outcome = house.land()

    assert (outcome.outcome, outcome.seen_before, outcome.files) == ("unchanged", 1, ())
    assert len(house.files()) == 1


def test_received_files_are_read_only_and_equal(house: House) -> None:
    sent = house.send("Person.csv", PERSON, person(1))
    house.land()
    (copy,) = house.zones.received.rglob("Person.csv")
    assert copy.stat().st_mode & 0o777 == 0o400
    assert copy.read_bytes() == sent.read_bytes()


def test_extracts_after_the_day_are_not_looked_at(house: House) -> None:
    house.send("Person.csv", PERSON, person(1), on="2026-04-01")
    assert house.land().outcome == "missing"
    assert house.land(as_of=date(2026, 4, 1)).outcome == "landed"


def test_an_earlier_day_is_built_as_it_was(house: House) -> None:
    house.send("Person.csv", PERSON, person(1, name="Ash"), on="2026-03-28")
    house.send("Person.csv", PERSON, person(1, name="Elder"), on="2026-03-29")
    house.land()
    house.land(as_of=date(2026, 3, 28))
    assert names(house) == ["Ash"]


def test_a_feed_is_late_after_its_days(house: House) -> None:
    house.send("Person.csv", PERSON, person(1), on="2026-03-29")
    assert not house.land(as_of=date(2026, 3, 31)).is_late
    assert house.land(as_of=date(2026, 4, 1)).is_late


def test_a_resubmission_of_a_period_replaces_its_files_whole(house: House) -> None:
    for day, status in (("2026-02-20", "old"), ("2026-03-20", "new")):
        house.send("Head.csv", "Start", "2026-01-01", feed=RETURNS, on=day)
        contacts = [f"C1,P1,{status}"] + ["C2,P1,old"] * (status == "old")
        house.send("Contact.csv", CONTACT, *contacts, feed=RETURNS, on=day)
    house.land(RETURNS)
    assert house.fhir("Encounter", "id, _extract_date", RETURNS) == [("C1", date(2026, 3, 20))]
    assert not house.unbalanced()


def test_of_a_key_in_two_periods_the_later_period_counts_even_if_the_earlier_came_again_later(
    house: House,
) -> None:
    for day, start in (
        ("2026-02-20", "2026-01-01"),
        ("2026-03-20", "2026-02-01"),
        ("2026-03-25", "2026-01-01"),
    ):
        house.send("Head.csv", "Start", start, feed=RETURNS, on=day)
        house.send("Contact.csv", CONTACT, "C1,P1,x", feed=RETURNS, on=day)
    house.land(RETURNS)
    assert house.fhir("Encounter", "id, _extract_date", RETURNS) == [("C1", date(2026, 3, 20))]


def test_a_file_left_out_of_a_resubmission_keeps_what_it_had(house: House) -> None:
    house.send("Head.csv", "Start", "2026-01-01", feed=RETURNS, on="2026-02-20")
    house.send("Contact.csv", CONTACT, "C1,P1,x", feed=RETURNS, on="2026-02-20")
    house.send("Head.csv", "Start", "2026-01-01", feed=RETURNS, on="2026-03-20")
    house.land(RETURNS)
    assert len(house.fhir("Encounter", "id", RETURNS)) == 1


def test_where_rows_name_their_period_a_later_extract_replaces_that_period_only(house: House) -> None:
    house.send(
        "Event.csv",
        EVENT,
        "P1,a,2026-01-01,old",
        "P2,a,2026-01-01,old",
        "P3,a,2025-10-01,old",
        feed=EVENTS,
        on="2026-02-01",
    )
    house.send("Event.csv", EVENT, "P1,a,2026-01-01,new", feed=EVENTS, on="2026-03-01")
    house.land(EVENTS)
    assert [row[0] for row in house.current(EVENTS)] == ["P1", "P3"]


def test_the_latest_content_of_a_fhir_resource_counts(house: House) -> None:
    for day, family in (("2026-03-28", "Ash"), ("2026-03-29", "Elder")):
        line = f'{{"resourceType": "Patient", "id": "a", "name": [{{"family": "{family}"}}]}}'
        house.send("Patient.ndjson", line, feed="acute/X04", on=day)
    house.land("acute/X04")
    assert house.fhir("Patient", "id, name[1].family, _record_id", "acute/X04") == [("a", "Elder", "a")]


def test_native_and_fhir_rows_of_one_feed_lie_in_one_table(house: House) -> None:
    house.send("Person.csv", PERSON, person(1, name="Ash"))
    house.send("Patient.ndjson", '{"resourceType": "Patient", "id": "a", "name": [{"family": "Elder"}]}')
    house.land()
    assert names(house) == ["Ash", "Elder"]
    assert house.ledger.query("select feed from feed order by 1") == [{"feed": "clinic"}, {"feed": "fhir"}]


def test_every_native_view_is_there_when_only_one_file_came(house: House) -> None:
    house.send("Visit.csv", VISIT, visit(1))
    house.land()
    assert (len(house.fhir("Encounter", "id")), house.fhir("Patient", "id")) == (1, [])


def test_the_fhir_tables_have_exactly_the_declared_shape(house: House) -> None:
    house.send("Person.csv", PERSON, person(1))
    house.land()
    (path,) = house.zones.fhir_files("Patient")
    with duckdb.connect() as con:
        kinds = shapes.columns("Patient") | shapes.SAID_HASH
        columns = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
        con.execute(f"create table declared ({columns})")
        declared = con.execute("describe declared").fetchall()
        written = con.execute(
            "describe select * from read_parquet(?, hive_partitioning = false)", [str(path)]
        ).fetchall()
    assert [row[:2] for row in written] == [row[:2] for row in declared]


def test_nothing_changed_means_nothing_rebuilt_but_all_is_counted(house: House) -> None:
    house.send("Person.csv", PERSON, person(1))
    house.land()
    (path,) = house.zones.fhir_files("Patient")
    before = path.stat().st_mtime_ns
    house.land()

    assert path.stat().st_mtime_ns == before
    runs = house.ledger.query("select run_id, rows_out from stage where stage = 'current' order by 1")
    assert runs == [{"run_id": "run-1", "rows_out": 1}, {"run_id": "run-2", "rows_out": 1}]


def test_a_mapping_that_yields_what_no_resource_has_is_refused_by_name(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = {
        "Patient": (
            (
                "",
                'select "PersonId" as id, 1 as shoe, _row, _file_id, _record_id, _extract_date from "Person"',
            ),
        )
    }
    monkeypatch.setattr(registry, "mapping_sql", lambda *_: wrong)
    house.send("Person.csv", PERSON, person(1))
    with pytest.raises(WsicError, match=r"clinic\.Patient yields shoe"):
        house.land()
