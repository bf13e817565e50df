"""Objections in and out, and the gates that looked for whoever must not be there."""

from __future__ import annotations

import pytest

from tests.release_desk import AT, LATER, RUN, Desk


def test_request_reply_and_people_are_told(desk: Desk) -> None:
    section = desk.night().page().section("objections")
    assert section.fact("National check asked on") == "2026-03-20"
    assert section.fact("NHS numbers asked about") == "610"
    assert section.fact("Day of the reply in use") == "2026-03-25"
    assert section.fact("May be used until") == "2026-04-15"
    assert section.row("secondary use", "585", "15", "3")


def test_reasons_stand_with_people_and_rows_of_each_product(desk: Desk) -> None:
    desk.night()
    for reason, people, rows in (("national_opt_out", 32, 1325), ("a_new_reason", 2, 3)):
        desk.put("withheld", {"product": "secondary_use", "reason": reason, "people": people, "rows": rows})
    section = desk.page().section("objections")
    assert section.row("National data opt-out", "0", "0", "32", "1,325")
    assert section.row("Marked confidential or sensitive by the sender", "22", "42", "22", "42")
    assert section.row("a new reason", "0", "0", "2", "3")


def test_of_a_product_that_was_not_made_nothing_is_known(desk: Desk) -> None:
    section = desk.night(published=("direct_care",)).page().section("objections")
    assert section.row("Test or dummy patient", "0", "0", "not known", "not known")


def test_without_a_reply_it_is_acted_on(desk: Desk) -> None:
    desk.night(published=("direct_care",))
    assert desk.matters("act", "objections") == ["No reply of the national opt-out check is in use."]
    section = desk.page().section("objections")
    assert section.fact("Day of the reply in use") == "no reply is in use"
    assert section.fact("NHS numbers that may be used") == "not known"


def test_a_request_without_a_reply_yet_is_told(desk: Desk) -> None:
    desk.night(published=("direct_care",))
    desk.put("opt_out_request", {"request_id": "q9", "file_name": "f", "asked_on": "2026-03-30",
                                 "written_at": AT, "numbers": 610, "file_sha256": "0"})  # fmt: skip
    assert desk.page().section("objections").fact("National check asked on") == "2026-03-30"


@pytest.mark.parametrize(
    ("lapses_on", "level", "words"),
    [
        ("2026-03-30", "act", "lapsed on 2026-03-30"),
        ("2026-04-07", "look", "lapses on 2026-04-07: ask again"),
    ],
)
def test_a_reply_that_lapses_is_told_in_time(desk: Desk, lapses_on: str, level: str, words: str) -> None:
    desk.night().check("secondary_use", reply_lapses_on=lapses_on)
    assert words in desk.matters(level, "objections")[0]


def test_a_reply_that_holds_for_long_is_nothing_to_look_at(desk: Desk) -> None:
    desk.night().check("secondary_use", reply_lapses_on="2026-04-08")
    assert desk.matters("look", "objections") == []


def test_each_look_of_the_gates_is_told(desk: Desk) -> None:
    section = desk.night().page().section("objections")
    assert section.row(
        "direct care", "the pseudonyms", "people who stay out", "10 keys of people", "0", "passed"
    )
    assert section.row(
        "secondary use", "the version to be served", "rows that stay out", "10 tables", "0", "passed"
    )
    assert section.texts.count("passed") == 12


def test_somebody_who_was_found_is_acted_on(desk: Desk) -> None:
    desk.night().rule("objections", "warehouse_people", "secondary_use", 10, 1)
    page = desk.page()
    assert "must be acted on" in page.first_line
    assert page.section("objections").row(
        "the built tables", "people who stay out", "10 keys of people", "1", "failed"
    )
    assert "that found some: 1" in desk.matters("act", "objections")[0]


def test_a_look_that_is_missing_is_acted_on(desk: Desk) -> None:
    desk.night().sql("delete from rule_result where suite = 'objections' and rule_id like 'version%'")
    assert desk.matters("act", "objections") == [
        f"{product} is published, and nobody looked for objectors: version."
        for product in ("direct_care", "secondary_use")
    ]


def test_without_restricted_codes_it_is_looked_at(desk: Desk) -> None:
    desk.night().check("direct_care", restricted_codes=0)
    assert "No list of legally restricted codes" in desk.matters("look", "objections")[0]


def test_decisions_up_to_the_release_are_counted(desk: Desk) -> None:
    desk.night()
    for decision, at in (("d1", AT), ("d2", AT), ("d3", LATER)):
        desk.put("subject_decision", {"decision_id": decision, "act": "deleted", "decided_at": at,
                                      "subjects": 2, "people": 2})  # fmt: skip
    after = {"run_id": "20260401-001", "product": "open", "outcome": "published", "at": "2026-04-01"}
    desk.put("publication", after)
    assert desk.page(RUN).section("objections").row("deleted", "2", "4", AT)
