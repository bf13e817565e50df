"""Every way in which a feed can arrive wrong: its rule, a clear message, and nothing lost.

Sorted as the issue lists them. Each test says what is refused, what still counts, and that the rows balance.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import duckdb
import pytest

from pipeline.errors import InputRefusedError, UsageError
from pipeline.landing import list_feeds, show_quarantine
from tests.landing_house import AS_OF, CONTACT, EVENT, PERSON, VISIT, House, person, visit


def people(*numbers: int) -> list[str]:
    return [person(number) for number in numbers]


# -- a missing feed --------------------------------------------------------------------------------


def test_a_feed_known_from_earlier_nights_is_missing_when_it_stays_away(house: House) -> None:
    house.send("Person.csv", PERSON, *people(1))
    house.land()
    for path in sorted(house.extracts.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()

    feeds = list_feeds(house.ledger, house.extracts, AS_OF)
    outcome = house.land()

    assert "gp/X01" in [str(feed) for feed in feeds]
    assert outcome.outcome == "missing"
    assert len(house.fhir("Patient", "id")) == 1  # the last good state stays


def test_a_source_without_any_feed_is_missing(house: House) -> None:
    feeds = list_feeds(house.ledger, house.extracts, AS_OF)

    assert [feed.source for feed in feeds] == ["acute", "community", "gp", "mental_health", "social_care"]
    assert house.land("acute/").outcome == "missing"
    assert house.ledger.query("select outcome, is_late from feed") == [{"outcome": "missing", "is_late": 1}]


def test_an_unknown_source_folder_is_refused_with_the_valid_words(house: House) -> None:
    (house.extracts / "dentistry").mkdir()
    with pytest.raises(InputRefusedError, match=r"dentistry.*valid: acute, community, gp"):
        list_feeds(house.ledger, house.extracts, AS_OF)


def test_an_unknown_source_word_is_a_usage_error(house: House) -> None:
    with pytest.raises(UsageError, match="valid: acute, community, gp, mental_health, social_care"):
        list_feeds(house.ledger, house.extracts, AS_OF, "dentistry")


def test_a_folder_that_is_no_date_refuses_the_feed_and_its_good_files_still_count(house: House) -> None:
    house.send("Person.csv", PERSON, *people(1))
    house.send("Person.csv", PERSON, *people(2), on="2026-02-30")
    outcome = house.land()

    assert outcome.outcome == "refused"
    assert "YYYY-MM-DD" in outcome.message
    assert len(house.fhir("Patient", "id")) == 1


def test_one_feed_failing_leaves_the_others_landed(house: House) -> None:
    house.send("Person.csv", content=b"")
    house.send("Person.csv", PERSON, *people(1), feed="gp/X02")

    assert house.land("gp/X01").outcome == "refused"
    assert house.land("gp/X02").outcome == "landed"
    assert len(house.fhir("Patient", "id", "gp/X02")) == 1


# -- an empty file ---------------------------------------------------------------------------------


def test_a_file_without_a_byte_is_refused(house: House) -> None:
    house.send("Person.csv", PERSON, *people(1))
    house.send("Visit.csv", content=b"")
    outcome = house.land()

    assert [(file.file_name, file.outcome) for file in outcome.files] == [
        ("Person.csv", "landed"),
        ("Visit.csv", "refused"),
    ]
    assert house.rules("Visit.csv") == {"empty_file": 0}
    assert not house.unbalanced()


def test_a_header_without_rows_is_landed_empty(house: House) -> None:
    house.send("Person.csv", PERSON)
    assert [file.outcome for file in house.land().files] == ["empty"]
    assert house.fhir("Patient", "id") == []


# -- the header ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "rule", "said"),
    [
        ("PersonId,FamilyName,Sex,Deleted,Extra", "missing_column", "declared and not there: Born"),
        (PERSON + ",Shoe", "unknown_column", "there and not declared: Shoe"),
        (
            PERSON.replace("FamilyName", "FamilyNames"),
            "missing_column",
            "FamilyNames (renamed from FamilyName?)",
        ),
        (PERSON + ",extra", "unknown_column", "there and not declared: extra"),
        (PERSON + ",Born", "duplicate_column", "came twice"),
    ],
)
def test_a_header_that_differs_refuses_the_file_and_says_how(
    house: House, header: str, rule: str, said: str
) -> None:
    house.send("Person.csv", header, *people(1, 2))
    outcome = house.land()

    assert outcome.outcome == "refused"
    assert said in outcome.files[0].message
    assert house.rules("Person.csv") == {rule: 2}
    assert (outcome.files[0].rows_in, outcome.files[0].rows_quarantined) == (2, 2)
    assert not house.unbalanced()


def test_columns_in_another_order_and_an_optional_one_left_out_are_accepted(house: House) -> None:
    house.send("Person.csv", "Deleted,Born,PersonId,Sex,FamilyName", "false,1980-02-03,P1,F,Alder")
    house.land()
    assert house.fhir("Patient", 'name[1].family, "birthDate"') == [("Alder", "1980-02-03")]


def test_a_lost_header_is_told_without_repeating_the_first_row(house: House) -> None:
    house.send("Person.csv", *(person(number, name="Markerson") for number in (1, 2, 3)))
    outcome = house.land()

    assert outcome.outcome == "refused"
    assert "not this file's header" in outcome.message
    assert "Markerson" not in outcome.message


def test_a_byte_order_mark_is_tolerated(house: House) -> None:
    house.send("Person.csv", content=b"\xef\xbb\xbf" + f"{PERSON}\n{person(1)}\n".encode())
    assert house.land().files[0].rows_landed == 1


# -- a truncated file ------------------------------------------------------------------------------


def test_a_last_line_cut_short_is_quarantined_with_its_line(house: House) -> None:
    text = "\n".join([PERSON, *people(1, 2, 3)])
    house.send("Person.csv", content=text[: -len("2-03,F,false,")].encode())
    outcome = house.land()

    assert (outcome.files[0].rows_in, outcome.files[0].rows_quarantined) == (3, 1)
    assert house.rules("Person.csv") == {"wrong_field_count": 1, "last_line_not_ended": 1}
    assert house.quarantined() == [(3, 4, None, "wrong_field_count")]


def test_a_quote_never_closed_quarantines_every_line_that_it_swallowed(house: House) -> None:
    house.send("Person.csv", PERSON, *people(1), 'P2,"Alder,1980-02-03,F,false,', *people(3))
    outcome = house.land()

    assert (outcome.files[0].rows_in, outcome.files[0].rows_quarantined) == (3, 2)
    assert house.quarantined() == [(2, 3, None, "malformed_quote"), (3, 4, None, "malformed_quote")]


def test_a_quote_that_swallows_most_of_a_file_refuses_it(house: House) -> None:
    house.send("Person.csv", PERSON, *people(1), 'P2,"Alder,1980-02-03,F,false,', *people(*range(3, 2000)))
    outcome = house.land()

    assert house.rules("Person.csv").keys() == {"unreadable_file"}
    assert (outcome.files[0].outcome, outcome.files[0].rows_landed) == ("refused", 0)


# -- wrong encoding --------------------------------------------------------------------------------


def test_rows_that_are_not_utf_8_are_quarantined(house: House) -> None:
    lines = [
        PERSON.encode(),
        *(line.encode() for line in people(*range(1, 10))),
        "P99,Zoë,1980-02-03,F,false,".encode("cp1252"),
    ]
    house.send("Person.csv", content=b"\n".join(lines) + b"\n")
    outcome = house.land()

    assert (outcome.files[0].outcome, outcome.files[0].rows_quarantined) == ("landed", 1)
    assert house.quarantined() == [(10, 11, None, "invalid_encoding")]


def test_a_file_mostly_not_utf_8_is_refused(house: House) -> None:
    rows = "".join(f"P{number},Zoë,1980-02-03,F,false,\n" for number in range(20))
    house.send("Person.csv", content=f"{PERSON}\n{rows}".encode("cp1252"))
    outcome = house.land()

    assert house.rules("Person.csv") == {"invalid_encoding": 20, "too_many_refused_rows": 20}
    assert outcome.files[0].outcome == "refused"
    assert not house.unbalanced()


def test_utf_16_is_refused(house: House) -> None:
    house.send("Person.csv", content=f"{PERSON}\n{person(1)}\n".encode("utf-16"))
    assert house.land().files[0].message.startswith(("invalid_encoding", "missing_column"))


# -- rows ------------------------------------------------------------------------------------------


def test_a_row_with_a_wrong_number_of_fields_is_quarantined_with_its_physical_line(house: House) -> None:
    house.send(
        "Person.csv",
        PERSON,
        'P1,"Al\nder",1980-02-03,F,false,',
        "",
        "P2,Alder",
        *people(3),
        "P4,a,b,c,d,e,f,g",
    )
    outcome = house.land()

    assert (outcome.files[0].rows_in, outcome.files[0].rows_landed) == (4, 2)
    assert house.quarantined() == [(2, 5, None, "wrong_field_count"), (4, 7, None, "wrong_field_count")]
    assert house.current() == [("P1", 1, False), ("P3", 3, False)]


@pytest.mark.parametrize("born", ["1980-02-30", "03/02/1980", "0080-02-03", "yesterday"])
def test_an_impossible_date_is_quarantined_with_its_column(house: House, born: str) -> None:
    house.send("Person.csv", PERSON, person(1), person(2, born=born))
    house.land()
    assert house.quarantined() == [(2, None, "Born", "malformed_date")]


def test_an_unknown_code_is_a_warning_or_refuses_the_row_as_declared(house: House) -> None:
    house.send("Person.csv", PERSON, person(1, sex="Q"))
    house.send("Visit.csv", VISIT, visit(1, reason="Z"), visit(2))
    house.land()

    assert house.rules("Person.csv") == {"unknown_code": 1}
    assert house.current() == [("P1", 1, False), ("P1", 2, False)]
    assert house.quarantined() == [(1, None, "Reason", "unknown_code")]


def test_a_missing_key_or_required_value_is_quarantined(house: House) -> None:
    house.send("Person.csv", PERSON, ",Alder,1980-02-03,F,false,", "P2,Alder,,F,false,", "P3,,,,true,")
    house.land()
    assert house.rules("Person.csv").keys() == {"missing_key", "missing_required"}
    assert sorted({row[0] for row in house.quarantined()}) == [1, 2]  # the tombstone needs only its key


def test_a_number_that_is_none_is_lost_with_a_warning_where_so_declared(house: House) -> None:
    house.send("Person.csv", PERSON, *people(1))
    house.send("Visit.csv", VISIT, visit(1, minutes="soon"), visit(2, minutes="-5"))
    outcome = house.land()

    assert house.rules("Visit.csv") == {"malformed_integer": 1, "negative_minutes": 1}
    assert outcome.files[1].rows_quarantined == 0


def test_of_a_key_twice_in_a_file_the_later_row_counts_and_the_earlier_is_superseded(house: House) -> None:
    house.send("Person.csv", PERSON, person(1, name="Ash"), *people(2), person(1, name="Birch"))
    house.land()

    assert house.rules("Person.csv") == {"duplicate_key": 1}
    assert house.fhir("Patient", "name[1].family, _row") == [("Alder", 2), ("Birch", 3)]
    stage = house.ledger.query("select rows_in, rows_out, rows_superseded from stage where stage = 'current'")
    assert stage == [{"rows_in": 3, "rows_out": 2, "rows_superseded": 1}]


def test_a_file_with_too_many_bad_rows_is_refused_whole(house: House) -> None:
    house.send("Person.csv", PERSON, *people(*range(30)), *(person(n, born="never") for n in range(30, 45)))
    outcome = house.land()

    assert house.rules("Person.csv") == {"malformed_date": 15, "too_many_refused_rows": 45}
    assert (outcome.outcome, outcome.files[0].rows_quarantined) == ("refused", 45)
    assert not house.unbalanced()


# -- control totals --------------------------------------------------------------------------------


def manifest(house: House, **entry: object) -> None:
    house.send("manifest.json", json.dumps({"files": [{"name": "Person.csv", **entry}]}))


def test_a_manifest_that_agrees_lets_the_file_in(house: House) -> None:
    house.send("Person.csv", PERSON, *people(1, 2))
    manifest(house, rows=2)
    assert house.land().files[0].outcome == "landed"


def test_fewer_rows_than_the_manifest_says_refuse_the_file(house: House) -> None:
    house.send("Person.csv", PERSON, *people(1, 2))
    manifest(house, rows=3)
    outcome = house.land()

    assert house.rules("Person.csv") == {"control_total_rows": 2}
    assert "manifest says 3 rows, 2 came" in outcome.message


def test_another_hash_than_the_manifest_says_refuses_the_file(house: House) -> None:
    house.send("Person.csv", PERSON, *people(1))
    manifest(house, sha256="0" * 64)
    house.land()
    assert house.rules("Person.csv") == {"control_total_sha256": 1}


def test_a_manifest_that_cannot_be_read_refuses_what_it_should_vouch_for(house: House) -> None:
    house.send("Person.csv", PERSON, *people(1))
    house.send("manifest.json", "{")
    assert house.land().files[0].message.startswith("manifest_unreadable")


def test_a_file_that_the_manifest_names_and_that_did_not_come_is_told(house: House) -> None:
    house.send("Visit.csv", VISIT, visit(1))
    manifest(house, rows=1)
    outcome = house.land()
    assert outcome.outcome == "refused"
    assert "1 files that the manifest names did not come" in outcome.message


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


def test_a_submission_without_its_header_file_is_refused(house: House) -> None:
    house.send("Contact.csv", CONTACT, "C1,P1,5", feed="community/X03")
    outcome = house.land("community/X03")

    assert outcome.outcome == "refused"
    assert house.rules("Contact.csv") == {"missing_header_file": 1}


def test_a_header_file_with_two_periods_refuses_its_submission(house: House) -> None:
    house.send("Head.csv", "Start", "2026-01-01", "2026-02-01", feed="community/X03")
    house.send("Contact.csv", CONTACT, "C1,P1,5", feed="community/X03")
    house.land("community/X03")

    assert house.rules("Head.csv") == {"period_not_one": 0}
    assert house.rules("Contact.csv") == {"missing_header_file": 1}


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
