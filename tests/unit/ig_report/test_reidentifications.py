"""Who asked who stands behind pseudonyms since the release before, and what came of it."""

from __future__ import annotations

from tests.release_desk import AT, RUN, Desk

ASKED = {"requester": "B. Nurse", "organisation": "E84001", "purpose": "direct_care"}


def ask(desk: Desk, name: str, keys: int = 5, **more: object) -> None:
    desk.log("reidentify_asked", "bnurse", request_id=name, product="direct_care", keys=keys,
             as_of="2026-03-31", case="RECALL-2026/7", reason="recall for a missed review", **ASKED, **more)  # type: ignore[arg-type]  # fmt: skip


def test_a_request_is_told_with_who_for_whom_and_how_many(desk: Desk) -> None:
    ask(desk.night(), "r-000000000001")
    desk.log(
        "reidentify_given", request_id="r-000000000001", given=4, not_given=1, subjects=["0" * 64], **ASKED
    )
    section = desk.page().section("reidentifications")
    assert section.row(
        "B. Nurse, account bnurse",
        "E84001",
        "direct care",
        "RECALL-2026/7",
        "5",
        "4",
        "1",
        "–",
        "no",
        "r-000000000001",
    )
    assert (section.fact("Requests"), section.fact("NHS numbers given")) == ("1", "4")


def test_neither_the_reason_nor_who_it_was_about_is_on_the_page(desk: Desk) -> None:
    ask(desk.night(), "r-000000000001")
    desk.log(
        "reidentify_given", request_id="r-000000000001", given=1, not_given=4, subjects=["c" * 64], **ASKED
    )
    source = desk.page().source
    assert "missed review" not in source and "c" * 64 not in source


def test_a_refusal_is_looked_at(desk: Desk) -> None:
    ask(desk.night(), "r-000000000002")
    desk.log("reidentify_refused", request_id="r-000000000002", rule="wrong_purpose", **ASKED)
    section = desk.page().section("reidentifications")
    assert section.row("direct care", "RECALL-2026/7", "5", "0", "5", "wrong purpose", "no", "r-000000000002")
    assert desk.matters("look", "reidentifications") == ["Requests for NHS numbers that were refused: 1."]


def test_an_answer_that_a_crash_ended_is_not_known(desk: Desk) -> None:
    ask(desk.night(), "r-000000000003")
    assert (
        desk.page()
        .section("reidentifications")
        .row("5", "not known", "not known", "–", "no", "r-000000000003")
    )


def test_an_answer_that_failed_is_told(desk: Desk) -> None:
    ask(desk.night(), "r-000000000004")
    given = desk.log(
        "reidentify_given", request_id="r-000000000004", given=5, not_given=0, subjects=[], **ASKED
    )
    desk.log("act_failed", entry=given.number, error="OSError")
    assert "5 (failed)" in desk.page().section("reidentifications").texts
    assert desk.matters("look", "reidentifications") == ["Answers that failed while they were handed out: 1."]


def claim(desk: Desk, name: str) -> None:
    ask(desk, name, 2, is_break_glass=True)
    desk.log("break_glass", request_id=name, keys=2, reason="unconscious", **ASKED)


def test_an_emergency_that_waits_too_long_is_acted_on(desk: Desk) -> None:
    claim(desk.night(), "r-00000000000a")
    assert desk.matters("act", "reidentifications") == [  # the desk reads it long after
        "Emergencies that wait for review for over 7 days: 1."
    ]
    assert (
        desk.page()
        .section("reidentifications")
        .row("B. Nurse", "E84001", "2", "waits", "–", "r-00000000000a")
    )


def test_a_reviewed_emergency_is_told_with_its_finding(desk: Desk) -> None:
    claim(desk.night(), "r-00000000000a")
    desk.log("break_glass_reviewed", "C. Guardian", request_id="r-00000000000a", finding="justified")
    section = desk.page().section("reidentifications")
    assert section.row("2", "justified", "C. Guardian", "r-00000000000a")
    assert desk.matters("act", "reidentifications") == []


def test_an_unjustified_emergency_is_acted_on(desk: Desk) -> None:
    claim(desk.night(), "r-00000000000a")
    desk.log("break_glass_reviewed", "C. Guardian", request_id="r-00000000000a", finding="unjustified")
    assert desk.matters("act", "reidentifications") == ["Emergencies found to be unjustified: 1."]


def test_what_was_asked_before_the_release_before_is_not_told_again(desk: Desk) -> None:
    desk.night()
    ask(desk, "r-000000000001")
    claim(desk, "r-00000000000a")
    desk.log("subject_report", request_id="r-00000000000b")
    desk.put("run", {"run_id": "29980101-001", "as_of": "2998-01-01", "started_at": "2998",
                     "outcome": "published", "code_version": "1"})  # fmt: skip
    for run_id, at in (("29970101-001", "2997-01-01"), ("29980101-001", "2998-01-02")):
        desk.put(
            "publication", {"run_id": run_id, "product": "direct_care", "outcome": "published", "at": at}
        )
    late = desk.findings("29980101-001")
    assert (late.release.since, late.reidentifications.requests) == ("2997-01-01", [])
    assert late.reidentifications.subject_reports == 0
    assert [one["request_id"] for one in late.reidentifications.emergencies] == [
        "r-00000000000a"
    ]  # it still waits
    first = desk.findings(RUN)
    assert (first.release.since, first.release.until) == ("", "2997-01-01")
    assert len(first.reidentifications.requests) == 2 and first.reidentifications.subject_reports == 1


def test_nobody_asked(desk: Desk) -> None:
    section = desk.night().page().section("reidentifications")
    assert "Nobody asked for an NHS number in this time." in section.texts
    assert section.fact("NHS numbers given") == "0"
    assert AT[:4] not in section.texts[0]


def test_the_sample_is_told_with_its_case_and_what_a_reviewer_found(desk: Desk) -> None:
    ask(desk.night().with_settings(reidentify_review_one_in=1), "r-00000000000f")
    desk.log("reidentify_given", request_id="r-00000000000f", given=3, not_given=2, subjects=[], **ASKED)
    section = desk.page().section("reidentifications")
    assert section.row("B. Nurse", "E84001", "RECALL-2026/7", "3", "waits", "nobody yet", "r-00000000000f")
    assert desk.matters("look", "reidentifications") == ["Answers of the sample that wait for a reviewer: 1."]
    desk.log("request_reviewed", "C. Guardian", request_id="r-00000000000f", finding="unjustified")
    assert desk.page().section("reidentifications").row("3", "unjustified", "C. Guardian")
    assert desk.matters("act", "reidentifications") == [
        "Answers of the sample found to be unjustified or a mistake: 1."
    ]
