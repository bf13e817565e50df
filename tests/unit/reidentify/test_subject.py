"""A subject's own report: every feed, link, use and re-identification that touched them, nobody else's."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline import audit_log, reidentify
from pipeline.identity import Subjects, decide_subjects
from pipeline.reidentify.refusal import RequestRefusedError
from tests.identity_economy import nhs_number
from tests.reidentify_desk import NUMBERS, OTHER_PRACTICE, PRACTICE, RUN, TRUST, Desk, acting_as, make_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = make_desk(tmp_path_factory.mktemp("desk"))
    desk.ask("admitted", "registered", organisation=TRUST, reason="ward handover for this patient")
    answer, _ = desk.ask("admitted", is_break_glass=True, reason="unconscious in the waiting room")
    with acting_as("cguardian"):
        reidentify.close_review(desk.settings, answer.request_id, by="C. Guardian", finding="justified")
    return desk


def report(desk: Desk, number: str, folder: Path, suffix: str = ".json") -> str:
    held, out = folder / "number.txt", folder / f"report{suffix}"
    held.write_text(number, encoding="ascii")
    reidentify.report_to_subject(
        desk.settings, desk.economy.ledger, number_file=held, out=out, by="A. Clerk", case="SAR-2026/7",
        reason="letter of May",
    )  # fmt: skip
    assert out.stat().st_mode & 0o777 == 0o600
    return out.read_text("utf-8")


def asking(desk: Desk, folder: Path, **more: str) -> str:
    """The rule that refuses; nothing is written then, and the log says so."""
    held, out = folder / "number.txt", folder / "refused.html"
    held.write_text(NUMBERS["admitted"], encoding="ascii")
    asked = {"by": "A. Clerk", "case": "SAR-2026/7", "reason": "letter of May"} | more
    with pytest.raises(RequestRefusedError) as caught:
        reidentify.report_to_subject(
            desk.settings, desk.economy.ledger, number_file=held, out=out, **asked
        )  # fmt: skip
    assert not out.exists()
    last = list(audit_log.entries(desk.settings))[-1]
    assert (last.act, last.details["rule"]) == ("subject_report_refused", caught.value.rule)
    return caught.value.rule


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"by": ""}, "not_authorised"),
        ({"by": "D. Officer"}, "not_authorised"),
        ({"case": ""}, "no_case"),
        ({"case": "none"}, "no_case"),
        ({"reason": ""}, "unreasoned"),
        ({"reason": "test"}, "unreasoned"),
    ],
)
def test_a_report_needs_who_may_ask_a_case_and_a_reason(
    desk: Desk, tmp_path: Path, more: dict[str, str], rule: str
) -> None:
    assert asking(desk, tmp_path, **more) == rule


def test_who_may_ask_for_patients_may_not_answer_subjects_without_that_purpose(
    desk: Desk, tmp_path: Path
) -> None:
    try:
        desk.authorise(purposes=["direct_care"])
        assert asking(desk, tmp_path) == "wrong_purpose"
        desk.authorise(until=date(2021, 1, 1))
        assert asking(desk, tmp_path) == "authorisation_expired"
        desk.authorise(account="somebodyelse")
        assert asking(desk, tmp_path) == "not_authorised"
    finally:
        desk.authorise()


def test_it_tells_the_subject_s_own_withdrawal_and_nobody_else_s(desk: Desk, tmp_path: Path) -> None:
    def decide(act: str, number: str) -> None:
        decide_subjects(
            desk.settings, desk.economy.ledger, act=act, subjects=Subjects(numbers=(number,), records=()),
            author="A. Clerk", reason="asked for by letter",
        )  # fmt: skip

    decide("consent_withdrawn", NUMBERS["cared_for"])
    decide("consent_given", NUMBERS["cared_for"])
    decide("deleted", nhs_number(501))  # nobody of whom a record is held
    told = json.loads(report(desk, NUMBERS["cared_for"], tmp_path))["decisions"]
    assert [(row["act"], row["author"], row["reason"]) for row in told] == [
        ("consent_withdrawn", "A. Clerk", "asked for by letter"),
        ("consent_given", "A. Clerk", "asked for by letter"),
    ]
    assert [row["act"] for row in json.loads(report(desk, nhs_number(501), tmp_path))["decisions"]] == [
        "deleted"
    ]
    assert json.loads(report(desk, NUMBERS["closed"], tmp_path))["decisions"] == []
    page = report(desk, NUMBERS["cared_for"], tmp_path, ".html")
    assert "you withdrew your consent" in page and "you gave your consent again" in page


@pytest.fixture
def told(desk: Desk, tmp_path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(report(desk, NUMBERS["admitted"], tmp_path))
    return found


def test_it_names_every_record_and_how_it_was_linked(told: dict[str, Any]) -> None:
    records = {(row["source"], row["sender"]): row for row in told["records"]}
    assert set(records) == {("gp", "YGM01"), ("acute", TRUST)}
    assert records["gp", "YGM01"]["link_step"] == "registered"
    assert records["acute", TRUST]["link_step"] == "cross_check"
    assert all(row["link_confidence"] and row["linked_by"] == RUN for row in records.values())


def test_it_counts_what_each_feed_brought(told: dict[str, Any]) -> None:
    brought = {(row["source"], row["kind"]): row["resources"] for row in told["feeds"]}
    assert brought == {
        ("gp", "Patient"): 1, ("gp", "EpisodeOfCare"): 1, ("acute", "Patient"): 1, ("acute", "Encounter"): 1,
    }  # fmt: skip


def test_it_says_what_became_of_the_persons_id(told: dict[str, Any]) -> None:
    assert [(row["event"], row["run_id"]) for row in told["links"]] == [("created", RUN)]


def test_it_names_the_versions_that_the_person_is_in(told: dict[str, Any]) -> None:
    assert [(row["product"], row["version"], row["is_served"], row["rows"]) for row in told["uses"]] == [
        ("direct_care", RUN, True, {"core.person": 1})
    ]


def test_it_names_every_re_identification_with_its_reason_and_review(told: dict[str, Any]) -> None:
    given = [row for row in told["reidentifications"] if row["act"] == "reidentify_given"]
    assert [(row["organisation"], row["reason"], row["is_break_glass"], row["review"]) for row in given] == [
        (TRUST, "ward handover for this patient", False, ""),
        (PRACTICE, "unconscious in the waiting room", True, "justified"),
    ]


def test_who_was_asked_about_and_not_given_is_untouched(desk: Desk, tmp_path: Path) -> None:
    told = json.loads(report(desk, NUMBERS["registered"], tmp_path))
    assert told["reidentifications"] == []


def test_it_says_what_is_withheld_and_why(desk: Desk, tmp_path: Path) -> None:
    told = json.loads(report(desk, NUMBERS["confidential"], tmp_path))
    assert {(row["product"], row["reason"], row["what"]) for row in told["withheld"]} >= {
        ("direct_care", "confidential", "records")
    }
    assert [row["rows"] for row in told["uses"]] == [{}]
    rows = json.loads(report(desk, NUMBERS["restricted_spell"], tmp_path))["withheld"]
    assert [(row["source"], row["reason"], row["what"], row["number"]) for row in rows] == [
        ("acute", "confidential", "rows", 1)
    ]


def test_the_report_itself_is_in_the_log_and_in_the_next_report(desk: Desk, tmp_path: Path) -> None:
    report(desk, NUMBERS["referred"], tmp_path)
    last = list(audit_log.entries(desk.settings))[-1]
    assert (last.act, last.actor, last.details["reason"]) == ("subject_report", "A. Clerk", "letter of May")
    assert (last.details["requester"], last.details["case"]) == ("A. Clerk", "SAR-2026/7")
    again = json.loads(report(desk, NUMBERS["referred"], tmp_path))
    assert [row["act"] for row in again["reidentifications"]] == ["subject_report"]


def test_a_number_of_nobody_gives_an_empty_report(desk: Desk, tmp_path: Path) -> None:
    told = json.loads(report(desk, nhs_number(500), tmp_path))
    assert told["records"] == told["feeds"] == told["links"] == told["reidentifications"] == []


def test_the_page_can_be_read_and_names_nobody_else(desk: Desk, tmp_path: Path) -> None:
    page = report(desk, NUMBERS["admitted"], tmp_path, ".html")
    assert page.startswith("<!doctype html>")
    for words in ("What is held about you", "ward handover for this patient", "in an emergency", TRUST):
        assert words in page
    assert "http" not in page.replace("</html>", "")
    others = [number for name, number in NUMBERS.items() if name != "admitted"]
    assert not [number for number in others if number in page]
    assert OTHER_PRACTICE not in report(desk, NUMBERS["registered"], tmp_path, ".html")
