"""Linking, as a table of records: who is one person, by which step."""

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.identity import explain, export_links, link
from tests.identity_economy import AS_OF, Economy, extension_ukcore, nhs_number, registration

A, B, C = nhs_number(1), nhs_number(2), nhs_number(3)
GP = {"source": "gp", "sender": "YGM01"}
ACUTE = {"source": "acute", "sender": "RYJ"}
COUNCIL = {"source": "social_care", "sender": "E09000005"}


def steps(economy: Economy) -> dict[str, str]:
    economy.land()
    link(economy.settings, economy.ledger, "r1", AS_OF)
    return {key[2]: row["link_step"] for key, row in economy.links().items()}


def person(economy: Economy, record_id: str) -> str:
    return str(next(row["person_id"] for key, row in economy.links().items() if key[2] == record_id))


def test_number_and_birth_date_link_to_the_gp_record(economy: Economy) -> None:
    economy.person("g", A, **GP)
    economy.person("a", A, **ACUTE)
    assert steps(economy) == {"g": "registered", "a": "cross_check"}
    assert person(economy, "g") == person(economy, "a")


def test_another_birth_date_makes_another_person(economy: Economy) -> None:
    economy.person("g", A, "1950-06-01", **GP)
    economy.person("a", A, "1950-01-06", **ACUTE)
    assert steps(economy)["a"] == "birth_date_conflict"
    assert person(economy, "g") != person(economy, "a")


@pytest.mark.parametrize(
    ("number", "birth", "step"),
    [
        (None, "1950-06-01", "unmatched"),
        ("123", "1950-06-01", "unmatched"),
        (A, None, "one_time"),
        (A, "1950", "unmatched"),
    ],
)
def test_without_number_or_whole_birth_date_a_record_is_its_own_person(
    economy: Economy, number: str | None, birth: str | None, step: str
) -> None:
    economy.person("g", A, **GP)
    economy.person("c", number, birth, **COUNCIL)
    assert steps(economy)["c"] == step
    assert person(economy, "g") != person(economy, "c")


def test_the_commonest_demographics_without_a_number_do_not_link(economy: Economy) -> None:
    for record_id in ("c1", "c2"):
        economy.person(record_id, None, **COUNCIL)  # a birth date and a gender are not a person
    steps(economy)
    assert person(economy, "c1") != person(economy, "c2")


def test_a_number_no_gp_knows_founds_a_person_that_others_join(economy: Economy) -> None:
    economy.person("a", A, **ACUTE)
    economy.person("c", A, **COUNCIL)
    assert steps(economy) == {"a": "number_founded", "c": "number_founded"}
    assert person(economy, "a") == person(economy, "c")


def test_two_gp_records_of_one_number_are_one_person(economy: Economy) -> None:
    economy.person("old", A, **GP)
    economy.person("new", A, source="gp", sender="YGTPP")
    assert set(steps(economy).values()) == {"registered"}
    assert person(economy, "old") == person(economy, "new")


def test_the_latest_current_registration_decides_the_birth_date(economy: Economy) -> None:
    economy.person("left", A, "1950-06-01", **GP)
    economy.add("EpisodeOfCare", registration("left", "E1", "2020-01-01", "2024-01-01"), "left", **GP)
    economy.person("here", A, "1951-06-01", source="gp", sender="YGTPP")
    economy.add(
        "EpisodeOfCare", registration("here", "E2", "2015-01-01"), "here", source="gp", sender="YGTPP"
    )
    economy.person("a", A, "1951-06-01", **ACUTE)
    found = steps(economy)
    assert found == {"left": "birth_date_conflict", "here": "registered", "a": "cross_check"}


def test_a_test_record_never_says_who_holds_a_number(economy: Economy) -> None:
    economy.person("dummy", A, "2000-01-01", marks=("HTEST",), **GP)
    economy.person("a", A, "1950-06-01", **ACUTE)
    assert steps(economy) == {"dummy": "birth_date_conflict", "a": "number_founded"}


def test_a_number_that_a_sender_calls_old_is_followed_to_the_current_one(economy: Economy) -> None:
    identifiers = [
        {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": A},
        {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": B, "use": "old"},
    ]
    economy.person("g", None, identifier=identifiers, **GP)
    economy.person("a", B, **ACUTE)
    economy.person("stranger", B, "1971-01-02", source="acute", sender="R1K")
    assert steps(economy) == {"g": "registered", "a": "cross_check", "stranger": "birth_date_conflict"}
    assert person(economy, "a") == person(economy, "g") != person(economy, "stranger")
    assert economy.links()["acute", "RYJ", "a"]["nhs_number_outcome"] == "superseded"


def test_the_verification_status_is_read_from_the_identifier(economy: Economy) -> None:
    assert extension_ukcore("x", "01")["valueCodeableConcept"]["coding"][0]["code"] == "01"
    economy.person("a", A, status="01", **ACUTE)
    steps(economy)
    assert economy.links()["acute", "RYJ", "a"]["nhs_number_outcome"] == "valid_traced"


def test_in_production_a_number_of_the_test_range_links_nobody(economy: Economy) -> None:
    from dataclasses import replace

    from pipeline.keys import ENVIRONMENT_NAME

    economy.person("g", A, **GP)
    economy.land()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENVIRONMENT_NAME, "0123456789abcdef" * 4)
        link(replace(economy.settings, env="production"), economy.ledger, "r1", AS_OF)
        linked = economy.links()["gp", "YGM01", "g"]
    assert (linked["nhs_number_outcome"], linked["link_step"]) == ("test_range", "unmatched")


def test_counts_reach_the_ledger_once_however_often_the_step_runs(economy: Economy) -> None:
    economy.person("g", A, **GP)
    economy.person("a", A, **ACUTE)
    steps(economy)
    steps(economy)
    rows = economy.ledger.query("select source, link_step, records, people from link order by source")
    assert [tuple(row.values()) for row in rows] == [
        ("acute", "cross_check", 1, 1),
        ("gp", "registered", 1, 1),
    ]


def test_the_export_has_every_record_and_both_thresholds(economy: Economy, tmp_path: Path) -> None:
    economy.person("g", A, **GP)
    economy.person("a", None, **ACUTE)
    steps(economy)
    target = tmp_path / "links.parquet"
    assert export_links(economy.settings, target) == 2
    rows = economy.table(target)
    assert {row["record_id"] for row in rows} == {"g", "a"}
    assert all(row["strict_person_id"] == row["loose_person_id"] == row["person_id"] for row in rows)
    assert target.stat().st_mode & 0o777 == 0o600


def test_explain_tells_fields_and_never_values(economy: Economy) -> None:
    named = {"name": [{"family": "Quillfeather", "given": ["Ottoline"]}]}
    economy.person("g", A, "1950-06-01", **named, **GP)
    other = {"name": [{"family": "Quillfeather", "given": ["Bartholomew"]}], "gender": "male"}
    economy.person("a", A, "1961-07-09", **other, **ACUTE)
    steps(economy)
    found = explain(economy.settings, "acute", "RYJ", "a")
    assert found.link_step == "birth_date_conflict"
    assert found.compared["birth_date"] == "differed"
    assert found.compared["family_name"] == found.compared["nhs_number"] == "agreed"
    shown = repr(found).upper()
    assert not any(value in shown for value in (A, "1950", "1961", "QUILLFEATHER", "OTTOLINE", "BARTHOLOMEW"))


def test_explain_refuses_an_unknown_record_and_source(economy: Economy) -> None:
    economy.person("g", A, **GP)
    steps(economy)
    with pytest.raises(UsageError, match="valid"):
        explain(economy.settings, "gp", "YGM01", "nobody")
    with pytest.raises(UsageError, match="acute"):
        explain(economy.settings, "hospital", "YGM01", "g")


def test_no_records_at_all_is_an_empty_link_table(economy: Economy) -> None:
    summary = link(economy.settings, economy.ledger, "r1", AS_OF)
    assert (summary.records, summary.people) == (0, 0)
    assert economy.links() == {}
