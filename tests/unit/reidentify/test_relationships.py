"""Who is given: those with whom the organisation has a legitimate relationship on that day, nobody else."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from pipeline import audit_log, reidentify
from pipeline.errors import SetupError
from pipeline.identity.reidentify import Found
from tests.identity_economy import AS_OF
from tests.reidentify_desk import (
    COMMUNITY,
    COUNCIL,
    NUMBERS,
    OTHER_PRACTICE,
    PEOPLE,
    PRACTICE,
    TRUST,
    Desk,
    make_desk,
)  # fmt: skip

EXPECTED = {
    PRACTICE: {"registered"},
    TRUST: {"admitted", "at_site"},
    COMMUNITY: {"referred"},
    COUNCIL: {"cared_for"},
    OTHER_PRACTICE: set(PEOPLE) - {"registered", "left", "joins_later", "nobody", "confidential"},
    "E99999": set(),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = make_desk(tmp_path_factory.mktemp("desk"), reidentify_daily_limit=10_000)
    desk.authorise(organisations=tuple(EXPECTED))
    return desk


@pytest.mark.parametrize("organisation", EXPECTED)
def test_only_people_of_the_organisation_are_given(desk: Desk, organisation: str) -> None:
    answer, numbers = desk.ask(*PEOPLE, organisation=organisation)
    assert numbers == {NUMBERS[name] for name in EXPECTED[organisation]}
    assert (answer.given, answer.not_given) == (len(numbers), len(PEOPLE) - len(numbers))


@pytest.mark.parametrize(
    ("days", "organisation", "expected"),
    [
        (-1, PRACTICE, {"registered", "left"}),
        (1, PRACTICE, {"registered", "joins_later"}),
        (-1, TRUST, {"at_site", "discharged"}),
        (-2, TRUST, {"at_site", "discharged"}),
        (1, TRUST, {"admitted", "at_site", "admitted_later"}),
        (-1, COMMUNITY, {"referred", "closed"}),
        (-1, COUNCIL, {"cared_for", "package_ended"}),
    ],
)
def test_the_day_decides(desk: Desk, days: int, organisation: str, expected: set[str]) -> None:
    _, numbers = desk.ask(*PEOPLE, organisation=organisation, as_of=AS_OF + timedelta(days=days))
    assert numbers == {NUMBERS[name] for name in expected}


def test_the_pseudonyms_are_those_that_the_product_holds(desk: Desk) -> None:
    served = desk.economy.home / "published" / "direct_care" / "current.duckdb"
    with duckdb.connect(str(served), read_only=True) as connection:
        held = {row[0] for row in connection.execute("select person_key from core.person").fetchall()}
    assert held == {desk.keys[name] for name in PEOPLE if name != "confidential"}


def test_who_is_not_in_the_product_is_not_given_even_in_an_emergency(desk: Desk) -> None:
    answer, numbers = desk.ask("confidential", is_break_glass=True)
    assert (answer.given, numbers) == (0, set())


def test_an_emergency_needs_no_relationship(desk: Desk) -> None:
    _, numbers = desk.ask("elsewhere", "nobody", is_break_glass=True)
    assert numbers == {NUMBERS["elsewhere"], NUMBERS["nobody"]}


def test_an_unknown_key_and_somebody_elses_cannot_be_told_apart(desk: Desk) -> None:
    other, numbers = desk.ask("elsewhere")
    unknown, no_numbers = desk.ask(person_keys=("0" * 64,))
    assert (other.given, other.not_given, numbers) == (unknown.given, unknown.not_given, no_numbers)
    last = [entry.details for entry in audit_log.entries(desk.settings, act="reidentify_given")][-2:]
    told = [{k: v for k, v in details.items() if k != "request_id"} for details in last]
    assert told[0] == told[1]


def test_a_key_that_is_given_twice_counts_once(desk: Desk) -> None:
    answer, _ = desk.ask("registered", "registered", "elsewhere")
    assert (answer.given, answer.not_given) == (1, 1)


def test_the_log_has_the_request_then_the_answer_and_no_number(desk: Desk) -> None:
    answer, _ = desk.ask("registered")
    told = [entry for entry in audit_log.entries(desk.settings)
            if entry.details.get("request_id") == answer.request_id]  # fmt: skip
    assert [entry.act for entry in told] == ["reidentify_asked", "reidentify_given"]
    assert told[0].details["reason"] == "recall for a missed annual review"
    assert len(told[1].details["subjects"]) == 1
    text = json.dumps([entry.details for entry in told])
    assert NUMBERS["registered"] not in text
    assert desk.keys["registered"] not in text


def test_the_file_is_private_and_the_numbers_never_show(desk: Desk, tmp_path: Path) -> None:
    found: list[Found] = []
    request = reidentify.Request(
        product="direct_care", person_keys=(desk.keys["registered"],), requester="A. Clerk",
        organisation=PRACTICE, purpose="direct_care", case="RECALL-2026/118",
        reason="recall for a missed review", as_of=AS_OF,
    )  # fmt: skip
    reidentify.reidentify(desk.settings, desk.economy.ledger, request, found.append)
    assert NUMBERS["registered"] not in repr(found[0])
    out = tmp_path / "people.csv"
    found[0].write(out)
    assert out.stat().st_mode & 0o777 == 0o600
    header, line = out.read_text("ascii").splitlines()
    assert (header, line) == ("person_key,nhs_number", f"{desk.keys['registered']},{NUMBERS['registered']}")


def test_a_file_that_cannot_be_written_leaves_an_entry(desk: Desk, tmp_path: Path) -> None:
    request = reidentify.Request(
        product="direct_care", person_keys=(desk.keys["registered"],), requester="A. Clerk",
        organisation=PRACTICE, purpose="direct_care", case="RECALL-2026/118",
        reason="recall for a missed review", as_of=AS_OF,
    )  # fmt: skip
    out = tmp_path / "no such folder" / "people.csv"
    with pytest.raises(SetupError, match="cannot be written"):
        reidentify.reidentify(desk.settings, desk.economy.ledger, request, lambda found: found.write(out))
    last = list(audit_log.entries(desk.settings))[-2:]
    assert [entry.act for entry in last] == ["reidentify_given", "act_failed"]
    assert last[1].details["entry"] == last[0].number
