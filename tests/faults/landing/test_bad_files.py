"""A feed, a file or its header that arrives wrong: its rule, a clear message, and nothing lost.

Each test says what is refused, what still counts, and that the rows balance.
"""

from __future__ import annotations

import json
import shutil

import pytest

from pipeline.errors import InputRefusedError, SetupError, UsageError
from pipeline.landing import list_feeds
from tests.landing_house import AS_OF, PERSON, VISIT, House, people, person, visit

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


def test_a_source_that_is_not_expected_is_missed_only_once_it_has_sent(house: House) -> None:
    def awaited(**expected: str) -> set[str]:
        return {str(feed) for feed in list_feeds(house.ledger, house.extracts, AS_OF, **expected)}

    assert "ambulance/(no sender)" not in awaited()
    assert "ambulance/(no sender)" in awaited(expected="gp ambulance")
    house.send("Incident.csv", "a", "1", feed="ambulance/RRU")
    house.land("ambulance/RRU")
    shutil.rmtree(house.extracts / "ambulance")
    assert "ambulance/RRU" in awaited()
    with pytest.raises(SetupError, match=r"expected_sources.*dentistry.*valid: acute, ambulance"):
        awaited(expected="gp dentistry")


def test_an_unknown_source_folder_is_refused_with_the_valid_words(house: House) -> None:
    (house.extracts / "dentistry").mkdir()
    with pytest.raises(InputRefusedError, match=r"dentistry.*valid: acute, ambulance, community, gp"):
        list_feeds(house.ledger, house.extracts, AS_OF)


def test_an_unknown_source_word_is_a_usage_error(house: House) -> None:
    with pytest.raises(
        UsageError, match="valid: acute, ambulance, community, gp, mental_health, social_care"
    ):
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
    assert house.rules("Person.csv")[rule] == 2
    assert (outcome.files[0].rows_in, outcome.files[0].rows_quarantined) == (2, 2)
    assert not house.unbalanced()


def test_a_header_cut_to_columns_that_no_rule_asks_for_refuses_the_file(house: House) -> None:
    house.send("Person.csv", "FamilyName", "Alder", "Birch")
    outcome = house.land()

    assert outcome.outcome == "refused"
    assert "declared and not there: PersonId, Born" in outcome.files[0].message
    assert (outcome.files[0].rows_in, outcome.files[0].rows_quarantined) == (2, 2)
    assert set(house.rules("Person.csv")) == {"missing_column"}
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
