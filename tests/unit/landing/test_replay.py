"""A file checked again after a rule was mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.fhir import requirements
from pipeline.errors import InputRefusedError, UsageError
from pipeline.landing import count_states, list_quarantine, list_states, mend, replay
from tests.landing_house import AS_OF, EVENT, PERSON, VISIT, House, mend_rule, person, visit


def test_a_mended_rule_lets_the_row_in_at_the_next_run(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.send("Person.csv", PERSON, person(1))
    house.send("Visit.csv", VISIT, visit(1, reason="Z"), visit(2))
    file_id = house.land().files[1].file_id
    assert [(row["file_name"], row["rule_id"], row["rows"]) for row in list_quarantine(house.ledger)] == [
        ("Visit.csv", "unknown_code", 1)
    ]

    mend_rule(monkeypatch)
    outcome = replay(house.settings, house.ledger, run_id="mend", file_id=file_id)
    house.land()

    assert (outcome.rows_landed, outcome.rows_quarantined) == (2, 0)
    assert list_quarantine(house.ledger) == []
    assert house.quarantined() == []
    assert len(house.fhir("Encounter", "id")) == 2
    landing = "select run_id, rows_in, rows_out from stage where stage = 'landing' and file_id = ?"
    assert house.ledger.query(landing, (file_id,)) == [{"run_id": "run-1", "rows_in": 2, "rows_out": 2}]
    assert not house.unbalanced()


def test_a_file_that_nobody_knows_or_that_is_gone_is_told(house: House) -> None:
    house.send("Person.csv", PERSON, person(1))
    file_id = house.land().files[0].file_id
    with pytest.raises(UsageError, match="quarantine list"):
        replay(house.settings, house.ledger, run_id="x", file_id="0" * 16)

    (copy,) = house.zones.received.rglob("Person.csv")
    copy.unlink()
    with pytest.raises(InputRefusedError, match="gone or changed"):
        replay(house.settings, house.ledger, run_id="x", file_id=file_id, whole=True)


def states(house: House, file_id: str) -> list[tuple[object, ...]]:
    """``(row, stage, state)`` of every record of a file."""
    rows = list_states(house.settings, house.ledger, file_id=file_id, as_of=AS_OF)
    return [tuple(row.values()) for row in rows]


def test_a_replay_judges_only_what_was_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.send("Person.csv", PERSON, person(1))
    house.send("Visit.csv", VISIT, visit(1, reason="Z"), visit(2), visit(3, seen="soon"), "V4", visit(5))
    file_id = house.land().files[1].file_id
    mend_rule(monkeypatch, values="Z")  # A, with which rows had landed, is no code any more
    outcome = replay(house.settings, house.ledger, run_id="mend", file_id=file_id)
    house.land()

    assert (outcome.rows_in, outcome.rows_landed) == (5, 3)
    assert house.rules("Visit.csv") == {"malformed_date": 1, "unknown_code": 1, "wrong_field_count": 1}
    assert sorted(row for row, *_ in house.current() if row) == ["P1"] * 4
    assert [row for row in states(house, file_id) if row[1] == "landing"] == [
        (1, "landing", "replayed"),
        (2, "landing", "landed"),
        (3, "landing", "quarantined"),
        (4, "landing", "quarantined"),
        (5, "landing", "landed"),
    ]
    assert not house.unbalanced()


def test_the_whole_file_is_judged_again_where_that_is_asked_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.send("Person.csv", PERSON, person(1))
    house.send("Visit.csv", VISIT, visit(1, reason="Z"), visit(2))
    file_id = house.land().files[1].file_id
    mend_rule(monkeypatch, values="Z")
    outcome = replay(house.settings, house.ledger, run_id="mend", file_id=file_id, whole=True)
    assert house.quarantined() == [(2, None, "Reason", "unknown_code")]
    assert outcome.rows_landed == 1


def test_fhir_records_are_replayed_by_line(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    good = '{"resourceType": "Patient", "id": "a", "gender": "male"}'
    bad = '{"resourceType": "Patient", "id": "b", "gender": "man"}'
    house.send("Patient.ndjson", good, bad, '{"resourceType": "Patient", "id": ', feed="acute/X04")
    file_id = house.land("acute/X04").files[0].file_id
    wider = {**requirements.VALUE_SETS, "Patient": {"gender": frozenset({"man"})}}
    monkeypatch.setattr(requirements, "VALUE_SETS", wider)
    replay(house.settings, house.ledger, run_id="mend", file_id=file_id)
    house.land("acute/X04")

    assert house.fhir("Patient", "id, _row", "acute/X04") == [("a", 1), ("b", 2)]
    landing = [row[2] for row in states(house, file_id) if row[1] == "landing"]
    assert landing == ["landed", "replayed", "quarantined"]
    assert not house.unbalanced()


def test_from_a_mended_file_only_the_refused_rows_are_taken(house: House, tmp_path: Path) -> None:
    house.send("Person.csv", PERSON, person(1, name="Ash"), person(2, born="never"), person(3, born="never"))
    file_id = house.land().files[0].file_id
    mended = tmp_path / "put-right.csv"
    rows = [person(1, name="Elder"), person(2, name="Beech"), person(3, born="never")]
    mended.write_text("\n".join([PERSON, *rows, ""]))
    outcome = mend(house.settings, house.ledger, run_id="mend", file_id=file_id, mended=mended)
    house.land()

    assert (outcome.rows_in, outcome.rows_landed, outcome.file_name) == (2, 1, "Person.csv")
    assert house.fhir("Patient", "name[1].family") == [("Ash",), ("Beech",)]
    assert [row[2] for row in states(house, file_id) if row[1] == "landing"] == [
        "landed",
        "superseded",
        "quarantined",
    ]
    assert not house.unbalanced()
    with pytest.raises(UsageError, match="received before"):
        mend(house.settings, house.ledger, run_id="mend", file_id=file_id, mended=mended)


def test_what_was_destroyed_of_quarantine_is_not_taken_for_mended(house: House, tmp_path: Path) -> None:
    """Its term was over: which rows they were is not known any more, and the file must go on to balance."""
    house.send("Person.csv", PERSON, person(1), person(2, born="never"))
    file_id = house.land().files[0].file_id
    for path in house.zones.quarantine.rglob("*.parquet"):
        path.unlink()
    mended = tmp_path / "put-right.csv"
    mended.write_text("\n".join([PERSON, person(1), person(2), ""]))
    with pytest.raises(InputRefusedError, match="was destroyed when its term was over"):
        replay(house.settings, house.ledger, run_id="x", file_id=file_id)
    with pytest.raises(InputRefusedError, match="was destroyed when its term was over"):
        mend(house.settings, house.ledger, run_id="x", file_id=file_id, mended=mended)
    house.land()
    assert not house.unbalanced()


def test_a_mended_part_of_a_snapshot_joins_it_and_does_not_replace_it(house: House, tmp_path: Path) -> None:
    feed = "social_care/X05"
    house.send("Event.csv", EVENT, "P1,a,2026-01-01,x", "P2,a,soon,x", feed=feed)
    file_id = house.land(feed).files[0].file_id
    mended = tmp_path / "put-right.csv"
    mended.write_text("\n".join([EVENT, "P1,a,2026-01-01,x", "P2,a,2026-01-01,x", ""]))
    mend(house.settings, house.ledger, run_id="mend", file_id=file_id, mended=mended)
    house.land(feed)
    assert [row[0] for row in house.current(feed)] == ["P1", "P2"]

    house.send("Event.csv", EVENT, "P3,a,2026-01-01,x", feed=feed)  # the whole file again, for the same day
    house.land(feed)
    assert [row[0] for row in house.current(feed)] == ["P3"]
    assert not house.unbalanced()


def test_a_mended_file_with_other_rows_is_refused_and_changes_nothing(house: House, tmp_path: Path) -> None:
    house.send("Person.csv", PERSON, person(1), person(2, born="never"))
    file_id = house.land().files[0].file_id
    mended = tmp_path / "put-right.csv"
    mended.write_text("\n".join([PERSON, person(2), ""]))
    with pytest.raises(InputRefusedError, match="other_rows"):
        mend(house.settings, house.ledger, run_id="mend", file_id=file_id, mended=mended)
    assert len(house.files()) == 1
    assert house.quarantined() == [(2, None, "Born", "malformed_date")]


def test_a_refused_row_is_superseded_when_its_key_lands_later(house: House) -> None:
    house.send("Person.csv", PERSON, person(1, born="never"), person(2, born="never"), on="2026-03-28")
    first = house.land().files[0].file_id
    house.send("Person.csv", PERSON, person(1), on="2026-03-29")
    house.land()
    assert [row[2] for row in states(house, first) if row[1] == "landing"] == ["superseded", "quarantined"]
    assert {row["state"] for row in list_quarantine(house.ledger)} == {"quarantined"}

    house.send("Person.csv", PERSON, person(1), person(2), on="2026-03-28")
    house.land()
    assert {row["state"] for row in list_quarantine(house.ledger)} == {"superseded"}


def test_every_record_has_one_state_a_stage(house: House) -> None:
    house.send("Person.csv", PERSON, person(1), person(1, name="Elder"), person(2, born="never"))
    file_id = house.land().files[0].file_id
    assert states(house, file_id) == [
        (1, "current", "superseded"),
        (1, "landing", "landed"),
        (1, "received", "received"),
        (2, "current", "current"),
        (2, "landing", "landed"),
        (2, "received", "received"),
        (3, "landing", "quarantined"),
        (3, "received", "received"),
    ]


def test_rows_of_an_extract_that_is_held_back_are_withheld(house: House) -> None:
    house.send("Person.csv", content=b"")
    house.send("Visit.csv", VISIT, visit(1))
    house.land()
    visits = next(file["file_id"] for file in house.files() if file["file_name"] == "Visit.csv")
    counted = count_states(house.settings, house.ledger, file_id=visits, as_of=AS_OF)
    assert [tuple(row.values()) for row in counted] == [
        ("current", "withheld", 1),
        ("landing", "landed", 1),
        ("received", "received", 1),
    ]


def test_a_file_of_which_nothing_was_refused_has_nothing_to_replay(house: House) -> None:
    house.send("Person.csv", PERSON, person(1))
    file_id = house.land().files[0].file_id
    with pytest.raises(UsageError, match="no row of this file is in quarantine"):
        replay(house.settings, house.ledger, run_id="x", file_id=file_id)
