"""A request names a case that somebody can look up, and a sample of the answers goes to a listed reviewer."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from pipeline import audit_log, reidentify
from pipeline.reidentify import RequestRefusedError
from pipeline.settings import Settings
from tests.reidentify_desk import Desk, acting_as, make_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return make_desk(tmp_path_factory.mktemp("desk"))


def refused(desk: Desk, rule: str, **more: Any) -> None:
    """Assert that the rule refuses, that it is logged, and that nothing was given."""
    with pytest.raises(RequestRefusedError) as caught:
        desk.ask("registered", **more)
    assert caught.value.rule == rule
    asked, refusal = list(audit_log.entries(desk.settings))[-2:]
    assert (asked.act, refusal.act, refusal.details["rule"]) == (
        "reidentify_asked",
        "reidentify_refused",
        rule,
    )


@pytest.mark.parametrize(
    "case",
    [
        "",
        "   ",
        "none",
        "because",
        "12345",
        "ward 7",
        "SW1A 1AA",
        "SW1A1AA",
        "A-999-000-0018",
        "x" * 33 + "1",
        "A" * 31 + "!",
    ],
)
def test_a_request_without_a_case_is_refused_and_what_it_gave_is_not_written(desk: Desk, case: str) -> None:
    """Words can be filled in by anybody: a case is what a reviewer can look up."""
    refused(desk, "no_case", case=case, reason="blah blub la la and more of it")
    asked = next(
        one for one in reversed(list(audit_log.entries(desk.settings))) if one.act == "reidentify_asked"
    )
    assert "case" not in asked.details


@pytest.mark.parametrize("case", ["RECALL-2026/118", "T1234567", "a1-b2", "SAR/9"])
def test_a_case_is_kept_as_it_was_given(desk: Desk, case: str) -> None:
    desk.ask("registered", case=case)
    asked = next(
        one for one in reversed(list(audit_log.entries(desk.settings))) if one.act == "reidentify_asked"
    )
    assert asked.details["case"] == case


def test_filling_words_are_no_reason_even_with_a_case(desk: Desk) -> None:
    refused(desk, "unreasoned", reason="blah blub la")


@pytest.fixture
def picked(desk: Desk) -> Settings:
    """Every answer is picked for the reviewers."""
    return dataclasses.replace(desk.settings, reidentify_review_one_in=1)


def test_a_listed_reviewer_sees_a_sample_of_what_was_given(desk: Desk, picked: Settings) -> None:
    answer, _ = desk.ask("registered", case="RECALL-2026/5")
    one = next(row for row in reidentify.list_sample(picked) if row.request_id == answer.request_id)
    assert (one.requester, one.case, one.given, one.finding) == ("A. Clerk", "RECALL-2026/5", 1, "")
    with pytest.raises(RequestRefusedError) as caught:
        reidentify.close_review(picked, answer.request_id, by="A. Clerk", finding="justified")
    assert caught.value.rule == "own_review"
    with acting_as("cguardian"):
        reidentify.close_review(picked, answer.request_id, by="C. Guardian", finding="unjustified")
    last = list(audit_log.entries(picked))[-1]
    assert (last.act, last.actor, last.details["finding"]) == (
        "request_reviewed",
        "C. Guardian",
        "unjustified",
    )
    assert answer.request_id not in {row.request_id for row in reidentify.list_sample(picked)}
    closed = {row.request_id: row for row in reidentify.list_sample(picked, closed_too=True)}
    assert closed[answer.request_id].reviewed_by == "C. Guardian"


def test_the_sample_is_picked_by_the_log_and_by_nobody(desk: Desk, picked: Settings) -> None:
    """The same share of the same log picks the same answers; nobody can choose a hash."""
    for _ in range(4):
        desk.ask("registered")
    everybody = {row.request_id for row in reidentify.list_sample(picked, closed_too=True)}
    halves = dataclasses.replace(picked, reidentify_review_one_in=2)
    some = {row.request_id for row in reidentify.list_sample(halves, closed_too=True)}
    given = [one for one in audit_log.entries(picked) if one.act == "reidentify_given"]
    assert some == {
        one.details["request_id"]
        for one in given
        if int(one.hash[-1], 16) % 2 == 0 and not one.details.get("is_break_glass")
    }
    assert some <= everybody
    assert len(everybody) == sum(not one.details.get("is_break_glass") for one in given)
