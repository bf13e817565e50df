"""Who and what stays out of a product, as a table of people."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ChecksRefusedError
from pipeline.identity import apply_opt_outs, link, pseudonymise
from pipeline.identity.pseudonymise.summary import PseudonymiseSummary
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from tests.identity_economy import (
    AS_OF,
    Economy,
    nhs_number,
    observation,
    practice,
    registration,
    security,
)

A, B, C = nhs_number(1), nhs_number(2), nhs_number(3)
DISSENT, WITHDRAWN, RESTRICTED = "827241000000103", "827261000000102", "111111111"
LISTS = (
    ("type_1_dissent", "snomed", DISSENT, ""),
    ("type_1_withdrawn", "snomed", WITHDRAWN, ""),
    ("legally_restricted", "snomed", RESTRICTED, ""),
    ("legally_restricted", "icd10", "Z31", ""),
)
GP: dict[str, Any] = {"source": "gp", "sender": "YGM01"}
ACUTE: dict[str, Any] = {"source": "acute", "sender": "RYJ"}
MENTAL: dict[str, Any] = {"source": "mental_health", "sender": "RV3"}


@pytest.fixture
def house(economy: Economy) -> Economy:
    economy.reference("codelists", "codelist,code_system,code,term", *LISTS)
    return economy


@pytest.fixture(scope="module")
def known_to_both(tmp_path_factory: pytest.TempPathFactory) -> Economy:
    """A person of a practice and a hospital, in whose night nothing stays out."""
    economy = Economy(tmp_path_factory.mktemp("known-to-both") / "home")
    economy.reference("codelists", "codelist,code_system,code,term", *LISTS)
    economy.person("g", A, **GP)
    economy.person("a", A, **ACUTE)
    produce(economy)
    return economy


def produce(
    economy: Economy, product: str = "direct_care", replied: tuple[str, ...] = (A, B, C)
) -> PseudonymiseSummary:
    extracts = economy.home.parent / "extracts"
    economy.reply(extracts, date(2026, 3, 25), *replied)
    economy.land()
    link(economy.settings, economy.ledger, "r1", AS_OF)
    apply_opt_outs(economy.settings, economy.ledger, "r1", extracts, AS_OF)
    return pseudonymise(economy.settings, economy.ledger, "r1", product, AS_OF)


def reasons(summary: PseudonymiseSummary) -> dict[str, tuple[int, int]]:
    assert summary.rows_in == summary.rows_out + sum(count.rows for count in summary.withheld)
    return {count.reason: (count.people, count.rows) for count in summary.withheld}


def kept(economy: Economy, product: str = "direct_care") -> set[tuple[str, int]]:
    """(source, row) of every row in any person table of the product."""
    folder = economy.home / "pseudonymised" / product
    tables = [
        path
        for path in folder.glob("*__*.parquet")
        if not path.stem.startswith("register__")
        and not path.stem.endswith(("organizations", "locations", "links"))
    ]
    return {(row["source"], row["source_row"]) for path in tables for row in economy.table(path)}


def test_everybody_else_is_in(house: Economy) -> None:
    house.person("g", A, **GP)
    house.person("a", A, **ACUTE)
    summary = produce(house)
    assert (summary.people, summary.rows_out, reasons(summary)) == (1, 2, {})


def test_a_practice_without_agreement_takes_the_person_out_everywhere(house: Economy) -> None:
    house.person("g", A, practice="E81001", **GP)
    house.add("EpisodeOfCare", registration("g", "E81001"), "g", **GP)
    house.person("a", A, **ACUTE)
    house.add("Organization", practice("E81001", sharing=False), None, supporting=True, **GP)
    assert reasons(produce(house)) == {"practice_not_sharing": (1, 3), "not_person_level": (0, 1)}


def test_only_the_current_practice_speaks_for_the_whole_person(house: Economy) -> None:
    house.person("left", A, practice="E81001", **GP)
    house.add("EpisodeOfCare", registration("left", "E81001", "2010-01-01", "2020-01-01"), "left", **GP)
    house.person("here", A, practice="E81002", **GP)
    house.add("EpisodeOfCare", registration("here", "E81002", "2020-01-01"), "here", **GP)
    for code, sharing in (("E81001", False), ("E81002", True)):
        house.add("Organization", practice(code, sharing=sharing), None, supporting=True, **GP)
    summary = produce(house)
    assert reasons(summary)["practice_not_sharing"] == (1, 2)  # the old practice's own rows
    assert summary.people == 1


def test_in_a_feed_that_declares_agreements_silence_is_no_agreement(house: Economy) -> None:
    house.person("g", A, practice="E81009", **GP)
    house.person("h", B, **GP)
    house.add("Organization", practice("E81001", sharing=True), None, supporting=True, **GP)
    assert reasons(produce(house))["practice_not_sharing"] == (2, 2)


def test_a_hospital_record_of_a_practice_that_does_not_share_stays_out(house: Economy) -> None:
    house.add("Organization", practice("E81001", sharing=False), None, supporting=True, **GP)
    house.person("a", A, practice="E81001", **ACUTE)
    house.person("b", B, practice="E89999", **ACUTE)
    assert reasons(produce(house))["practice_not_sharing"] == (1, 1)


def test_confidential_at_one_sender_is_withheld_everywhere(house: Economy) -> None:
    house.person("g", A, **GP)
    house.person("a", A, marks=("R",), **ACUTE)
    house.person("b", B, **ACUTE)
    summary = produce(house)
    assert reasons(summary) == {"confidential": (1, 2)}
    assert summary.people == 1


@pytest.mark.parametrize(
    ("flags", "withheld"),
    [
        ([("now", True)], True),
        ([("now", False)], False),
        ([("before", True)], True),
        ([("before", True), ("now", False)], False),
        ([("before", False), ("now", True)], True),
    ],
)
def test_whom_the_national_service_calls_sensitive_is_withheld_everywhere(
    known_to_both: Economy, tmp_path: Path, flags: list[tuple[str, bool]], withheld: bool
) -> None:
    """What it said of the record as it was holds until it answers about the record as it is."""
    house = known_to_both.copied(tmp_path / "home")
    with open_vault(house.settings, load_keys(house.settings)) as connection:
        for state, flag in flags:
            connection.execute(
                "insert into vault.mps_answer by name select record_key, ? as is_restricted, "
                "content_hash + ?::ubigint as content_hash from vault.record where source = 'acute'",
                [flag, int(state == "before")],
            )
    summary = pseudonymise(house.settings, house.ledger, "r1", "direct_care", AS_OF)
    assert reasons(summary) == ({"confidential": (1, 2)} if withheld else {})


def test_a_confidential_row_leaves_the_rest_of_the_person(house: Economy) -> None:
    house.person("g", A, **GP)
    row = house.add("Observation", {**observation("1", "271649006"), "meta": security("R")}, "g", **GP)
    assert reasons(produce(house)) == {"confidential": (1, 1)}
    assert ("gp", row) not in kept(house)


def test_a_test_record_does_not_withhold_the_person_whose_number_it_bears(house: Economy) -> None:
    house.person("g", A, **GP)
    dummy = house.person("d", A, marks=("HTEST",), **ACUTE)
    house.person("only", B, marks=("HTEST",), **ACUTE)
    summary = produce(house)
    assert reasons(summary) == {"test_patient": (2, 2)}
    assert summary.people == 1
    assert ("acute", dummy) not in kept(house)


def encounter(key: str, part_of: str | None = None) -> dict[str, Any]:
    whole = {"partOf": {"reference": f"Encounter/{part_of}"}} if part_of else {}
    return {"id": key, "status": "finished", "class": {"code": "IMP"}, **whole}


def diagnosis(key: str, code: str, of: str) -> dict[str, Any]:
    coding = {"system": "http://hl7.org/fhir/sid/icd-10", "code": code}
    return {"id": key, "code": {"coding": [coding]}, "encounter": {"reference": f"Encounter/{of}"}}


def test_a_restricted_code_takes_the_whole_spell_out(house: Economy) -> None:
    """However it is written; a person a way of writing it, in one night."""
    gone, stay = [], []
    for case, code in enumerate(codes := ("Z31", "Z313", "Z31.3", "z31.3")):
        house.person(f"a{case}", nhs_number(10 + case), **ACUTE)
        spell = house.add("Encounter", encounter(f"{case}-spell"), f"a{case}", **ACUTE)
        first = encounter(f"{case}-first", f"{case}-spell")
        house.add("Encounter", first, f"a{case}", row=spell, **ACUTE)
        second = house.add("Encounter", encounter(f"{case}-second", f"{case}-spell"), f"a{case}", **ACUTE)
        restricted = diagnosis(f"{case}-d1", code, f"{case}-second")
        house.add("Condition", restricted, f"a{case}", row=second, **ACUTE)
        third = house.add("Encounter", encounter(f"{case}-third", f"{case}-spell"), f"a{case}", **ACUTE)
        loose = house.add("Condition", diagnosis(f"{case}-d2", "I10", f"{case}-third"), f"a{case}", **ACUTE)
        stay.append(house.add("Encounter", encounter(f"{case}-other"), f"a{case}", **ACUTE))
        gone.append({("acute", row) for row in (spell, second, third, loose)})
    numbers = tuple(nhs_number(10 + case) for case in range(len(codes)))
    assert reasons(produce(house, replied=numbers)) == {"legally_restricted": (4, 16)}
    left = kept(house)
    assert [code for code, rows in zip(codes, gone, strict=True) if rows & left] == []
    assert {("acute", row) for row in stay} <= left


def test_a_restricted_code_in_a_gp_record_takes_its_row_only(house: Economy) -> None:
    house.person("g", A, **GP)
    house.add("Encounter", encounter("consultation"), "g", **GP)
    visit = {"encounter": {"reference": "Encounter/consultation"}}
    house.add("Observation", observation("1", RESTRICTED, **visit), "g", **GP)
    house.add("Observation", observation("2", "271649006", **visit), "g", **GP)
    assert reasons(produce(house)) == {"legally_restricted": (1, 1)}


def test_a_restricted_code_is_found_behind_another_coding(house: Economy) -> None:
    house.person("g", A, **GP)
    codings = [{"system": "http://snomed.info/sct", "code": "271649006"}, {"code": RESTRICTED}]
    house.add("Observation", {"id": "o", "status": "final", "code": {"coding": codings}}, "g", **GP)
    assert reasons(produce(house)) == {"legally_restricted": (1, 1)}


TYPE_1 = [
    # entries of the GP record, is the person withheld
    ([(DISSENT, "2024-01-01")], True),
    ([(DISSENT, "2024-01-01"), (WITHDRAWN, "2024-06-01")], False),
    ([(WITHDRAWN, "2024-01-01"), (DISSENT, "2024-06-01")], True),
    ([(DISSENT, "2024-01-01"), (WITHDRAWN, "2024-01-01")], True),  # a tie is an objection
    ([(DISSENT, "2024"), (WITHDRAWN, "2024-06-01")], True),  # it may have come after
    ([(DISSENT, None), (WITHDRAWN, "2024-06-01")], True),
    ([(DISSENT, "2024-01-01"), (WITHDRAWN, None)], True),
    ([(DISSENT, "2024-01-01"), (WITHDRAWN, "2026-12-31")], True),  # not yet
    ([(WITHDRAWN, "2024-01-01")], False),
]


def test_the_latest_type_1_entry_decides(house: Economy) -> None:
    """A person a case, in one night: exactly the withheld ones' rows are withheld."""
    rows: list[set[tuple[str, int]]] = []
    numbers = [nhs_number(10 + case) for case in range(len(TYPE_1))]
    for case, (entries, _) in enumerate(TYPE_1):
        of_gp = [house.person(f"g{case}", numbers[case], **GP)]
        for position, (code, on) in enumerate(entries):
            entry = observation(f"{case}-{position}", code, on)
            of_gp.append(house.add("Observation", entry, f"g{case}", **GP))
        of_acute = house.person(f"a{case}", numbers[case], **ACUTE)
        rows.append({*(("gp", row) for row in of_gp), ("acute", of_acute)})
    found = reasons(produce(house, "secondary_use", replied=tuple(numbers)))
    left = kept(house, "secondary_use")
    assert [not (rows[case] & left) for case in range(len(TYPE_1))] == [withheld for _, withheld in TYPE_1]
    withheld_rows = [rows[case] for case, (_, is_withheld) in enumerate(TYPE_1) if is_withheld]
    assert found == {"type_1_objection": (len(withheld_rows), sum(map(len, withheld_rows)))}


def test_objections_do_not_touch_direct_care(house: Economy) -> None:
    house.person("g", A, **GP)
    house.add("Observation", observation("1", DISSENT), "g", **GP)
    assert reasons(produce(house, replied=(B,))) == {}


def test_whoever_is_not_in_the_reply_has_opted_out(house: Economy) -> None:
    house.person("g", A, **GP)
    house.person("h", B, **GP)
    house.person("a", A, **ACUTE)
    assert reasons(produce(house, "secondary_use", replied=(B,))) == {"national_opt_out": (1, 2)}


def test_whoever_cannot_be_looked_up_is_not_in_secondary_use(house: Economy) -> None:
    house.person("g", A, **GP)
    house.person("c", A, "1999-01-01", **MENTAL)  # a number, but not this person's
    house.person("n", None, **MENTAL)
    assert reasons(produce(house, "secondary_use")) == {"opt_out_not_checkable": (2, 2)}


def test_a_row_with_several_reasons_counts_once_by_the_fixed_order(house: Economy) -> None:
    house.person("g", A, marks=("R", "HTEST"), practice="E81001", **GP)
    house.add("Organization", practice("E81001", sharing=False), None, supporting=True, **GP)
    house.add("Observation", observation("1", RESTRICTED), "g", **GP)
    found = reasons(produce(house, "secondary_use", replied=(B,)))
    assert found == {"practice_not_sharing": (1, 2), "not_person_level": (0, 1)}


def test_rows_of_nobody_and_of_unknown_people_are_counted(house: Economy) -> None:
    house.person("g", A, practice="E81001", **GP)
    house.add("Observation", observation("1", "271649006"), "stranger", **GP)
    house.current["gp", "YGM01"]["file-gp-YGM01", 99] = ("g", False)  # a row that became no resource
    house.add("Organization", practice("E81001", sharing=True), None, **GP)
    assert reasons(produce(house)) == {
        "not_linked": (0, 1),
        "no_resource": (1, 1),
        "not_person_level": (0, 1),
    }


def test_secondary_use_needs_the_type_1_lists(economy: Economy) -> None:
    economy.reference("codelists", "codelist,code_system,code,term", LISTS[0])
    economy.person("g", A, **GP)
    with pytest.raises(ChecksRefusedError, match="type_1_withdrawn"):
        produce(economy, "secondary_use")


def test_the_decision_is_kept_beside_the_links(house: Economy, tmp_path: Path) -> None:
    house.person("g", A, **GP)
    house.person("d", B, marks=("HTEST",), **GP)
    produce(house)
    rows = house.table(house.home / "identity" / "eligibility" / "direct_care_records.parquet")
    assert {row["record_id"]: row["reason"] for row in rows} == {"g": None, "d": "test_patient"}


def test_whoever_objected_is_in_no_count_of_links(house: Economy) -> None:
    """But a record that could not be checked is, or a product would report that all were linked."""
    house.person("g", A, **GP)
    house.person("h", B, **GP)
    house.person("nobody", None, **ACUTE)
    produce(house, "secondary_use", replied=(B,))
    counted = house.table(house.home / "pseudonymised" / "secondary_use" / "link_groups.parquet")
    for group in ("all", "age_years", "sex", "ethnic_category", "lsoa_code", "local_authority_code"):
        rows = [row for row in counted if row["group_type"] == group]
        assert {(row["source"], row["link_step"], row["records"], row["people"]) for row in rows} == {
            ("gp", "registered", 1, 1),
            ("acute", "unmatched", 1, 1),
        }, group
    profiles = house.ledger.query("select * from link_profile where profile = 'link_step'")
    assert {(row["product"], row["source"], row["records"]) for row in profiles} == {
        ("secondary_use", "gp", 1),
        ("secondary_use", "acute", 1),
    }
    produce(house)
    everyone = house.table(house.home / "pseudonymised" / "direct_care" / "link_groups.parquet")
    assert sum(row["records"] for row in everyone if row["group_type"] == "all") == 3
