"""What is refused, by which rule, and that each refusal gives nothing and stands in the audit log."""

from __future__ import annotations

import dataclasses
import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline import audit_log, clock, reidentify
from pipeline.audit_log import entry as entries
from pipeline.audit_log import operating_user
from pipeline.audit_log.files import log_files
from pipeline.errors import ChecksRefusedError, SetupError, UsageError
from pipeline.identity.reidentify import KeyIds
from pipeline.reidentify import RequestRefusedError, ask, rules
from pipeline.reidentify.history import require_reviewed
from pipeline.reidentify.requesters import load_listed
from pipeline.settings import Settings
from tests.audit_desk import recompute
from tests.identity_economy import AS_OF
from tests.reidentify_desk import NUMBERS, OTHER_PRACTICE, PRACTICE, Desk, acting_as, make_desk

TODAY = clock.today()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return make_desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def desk(made: Desk) -> Desk:
    """The desk with its log and its requesters as they were in the beginning."""
    for name in ("log.jsonl", "checkpoints.jsonl"):
        (made.settings.home / "audit" / name).unlink(missing_ok=True)
    with made.economy.ledger.transaction() as connection:
        connection.execute("delete from audit_head")
    made.settings.requesters.unlink(missing_ok=True)
    made.authorise()
    return made


def refused(desk: Desk, rule: str, *names: str, **more: Any) -> str:
    """Assert that the rule refuses and that nobody is looked up; returns the message."""
    with pytest.raises(RequestRefusedError) as error:
        desk.ask(*(names or ("registered",)), **more)
    assert error.value.rule == rule, str(error.value)
    assert error.value.exit_code == 4
    told = list(audit_log.entries(desk.settings))
    assert told[-1].act == "reidentify_refused"
    assert told[-1].details["rule"] == rule
    assert not [entry for entry in told if entry.act == "reidentify_given"]
    return str(error.value)


def test_somebody_who_may_is_answered(desk: Desk) -> None:
    assert desk.ask("registered")[1] == {NUMBERS["registered"]}


@pytest.mark.parametrize("product", ["secondary_use", "open"])
def test_other_products_are_never_re_identified(desk: Desk, product: str) -> None:
    assert "never" in refused(desk, "product_not_allowed", product=product)
    refused(desk, "product_not_allowed", product=product, is_break_glass=True)


@pytest.mark.parametrize("purpose", ["research", "planning", "risk_stratification", "payment"])
def test_other_purposes_are_refused(desk: Desk, purpose: str) -> None:
    desk.authorise(purposes=[purpose])
    refused(desk, "purpose_not_allowed", purpose=purpose)


@pytest.mark.parametrize(
    "reason",
    [
        "", "   ", "x", "test", "reason", "n/a", "............", "because because because",
        "aaaaaaaaaa bbbbbbbbbb",
        "todo todo todo todo", "test testing please", "12345 6789", "direct",
        "recall of 999 000 0018", "lives at NW1 4AA now", "born 03/05/1950 in London",
    ],
)  # fmt: skip
def test_a_request_without_a_reason_is_refused(desk: Desk, reason: str) -> None:
    message = refused(desk, "unreasoned", reason=reason)
    assert not reason.strip() or len(reason) < 12 or reason not in message
    assert "999 000" not in log_files(desk.settings).log.read_text("utf-8")


@pytest.mark.parametrize(
    ("changed", "asked", "rule"),
    [
        ({"name": "B. Clerk"}, {}, "not_authorised"),
        ({"account": "somebody-else"}, {}, "not_authorised"),
        ({}, {"requester": "Somebody Else"}, "not_authorised"),
        ({"organisations": (OTHER_PRACTICE,)}, {}, "wrong_organisation"),
        ({"purposes": ["case_finding"]}, {}, "wrong_purpose"),
        ({"until": TODAY - timedelta(days=1)}, {}, "authorisation_expired"),
        ({"from": TODAY + timedelta(days=1)}, {}, "authorisation_expired"),
        ({"break_glass": False}, {"is_break_glass": True}, "no_break_glass"),
        ({"break_glass": None}, {"is_break_glass": True}, "no_break_glass"),
    ],
)
def test_who_is_not_authorised_is_refused(
    desk: Desk, changed: dict[str, Any], asked: dict[str, Any], rule: str
) -> None:
    desk.authorise(**changed)
    refused(desk, rule, **asked)


def test_the_last_day_of_an_authorisation_still_counts(desk: Desk) -> None:
    desk.authorise(until=TODAY)
    assert desk.ask("registered")[0].given == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "nobody may re-identify"),
        ("not toml", "is not TOML"),
        ("[[requester]]\nname = 'A. Clerk'\n", "missing: account"),
        ("[[requester]]\nuntil = 'for ever'\n", "another kind: until"),
        ("[[clerk]]\nname = 'A. Clerk'\n", "only"),
    ],
)
def test_a_file_of_requesters_that_is_not_right_lets_nobody_ask(
    desk: Desk, content: str | None, said: str
) -> None:
    desk.settings.requesters.unlink()
    if content is not None:
        desk.settings.requesters.write_text(content, encoding="utf-8")
    with pytest.raises(SetupError, match=said):
        desk.ask("registered")


def test_a_file_of_requesters_that_others_may_write_lets_nobody_ask(desk: Desk) -> None:
    desk.settings.requesters.chmod(0o666)
    with pytest.raises(SetupError, match="can be written by others"):
        desk.ask("registered")
    assert list(audit_log.entries(desk.settings))[-1].details["rule"] == "set_up"


def keys(count: int, begin: int = 0) -> tuple[str, ...]:
    return tuple(f"{number:064x}" for number in range(begin, begin + count))


def test_bulk_is_refused(desk: Desk) -> None:
    assert desk.ask(person_keys=keys(50))[0].not_given == 50
    with pytest.raises(RequestRefusedError, match="51 pseudonyms"):
        desk.ask(person_keys=keys(51))


def test_many_small_requests_are_bulk_too(desk: Desk) -> None:
    for number in range(4):
        desk.ask(person_keys=keys(50, begin=50 * number))
    with pytest.raises(RequestRefusedError, match="today") as error:
        desk.ask("registered")
    assert error.value.rule == "daily_limit"


def test_refused_requests_do_not_use_up_the_day(desk: Desk) -> None:
    for _ in range(5):
        with pytest.raises(RequestRefusedError):
            desk.ask(person_keys=keys(50), reason="test")
    assert desk.ask("registered")[0].given == 1


@pytest.mark.parametrize("day", [AS_OF - timedelta(days=32), date(2010, 1, 1), TODAY + timedelta(days=1)])
def test_a_relationship_of_another_time_is_none(desk: Desk, day: date) -> None:
    refused(desk, "day_out_of_range", as_of=day)


def test_nothing_is_resolved_of_a_product_that_is_not_served(desk: Desk) -> None:
    current = desk.settings.home / "published" / "direct_care" / "current.duckdb"
    target = current.readlink()
    current.unlink()
    try:
        refused(desk, "nothing_published")
    finally:
        current.symlink_to(target)


def test_pseudonyms_of_a_retired_key_are_refused_with_a_clear_word(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = KeyIds(current="a" * 16, retired={"b" * 16: "2026-01-31"})
    monkeypatch.setattr(ask, "key_ids", lambda settings, product: ids)
    assert "was retired on 2026-01-31" in refused(desk, "key_retired", key_id="b" * 16)
    refused(desk, "key_unknown", key_id="c" * 16)
    answer, _ = desk.ask("registered", key_id="a" * 16)
    assert answer.older_keys_retired


@pytest.mark.parametrize(
    "wrong",
    [
        {"person_keys": ()}, {"person_keys": (NUMBERS["registered"],)}, {"person_keys": ("A" * 64,)},
        {"organisation": "e84001"}, {"organisation": NUMBERS["registered"]}, {"organisation": "'; drop"},
        {"purpose": NUMBERS["registered"]}, {"product": "everything"}, {"requester": NUMBERS["registered"]},
    ],
)  # fmt: skip
def test_a_request_out_of_form_is_a_matter_of_usage_and_shows_no_value(
    desk: Desk, wrong: dict[str, Any]
) -> None:
    with pytest.raises(UsageError) as error:
        desk.ask(**({"person_keys": (desk.keys["registered"],)} | wrong))
    assert NUMBERS["registered"] not in str(error.value)


def test_nothing_is_given_when_the_log_cannot_be_written(desk: Desk) -> None:
    desk.ask("registered")
    log = log_files(desk.settings).log
    kept = log.read_bytes()
    log.unlink()
    log.mkdir()
    try:
        with pytest.raises((SetupError, ChecksRefusedError, IsADirectoryError)):
            desk.ask("registered")
    finally:
        log.rmdir()
        log.write_bytes(kept)


def test_nothing_is_given_on_a_log_that_was_tampered_with(desk: Desk) -> None:
    desk.ask("registered")
    log = log_files(desk.settings).log
    held = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(recompute([held[0], *held[2:]])))
    with pytest.raises(ChecksRefusedError, match="audit log does not verify"):
        desk.ask("registered")


def test_a_break_glass_is_logged_and_waits_for_its_review(desk: Desk) -> None:
    answer, numbers = desk.ask("elsewhere", is_break_glass=True, reason="unconscious in the waiting room")
    assert numbers == {NUMBERS["elsewhere"]}
    told = [entry.act for entry in audit_log.entries(desk.settings)][1:]
    assert told == ["reidentify_asked", "break_glass", "reidentify_given"]
    (waiting,) = reidentify.list_reviews(desk.settings)
    assert (waiting.request_id, waiting.requester, waiting.keys) == (answer.request_id, "A. Clerk", 1)
    with acting_as("cguardian"):
        reidentify.close_review(desk.settings, answer.request_id, by="c  guardian", finding="justified")
    assert reidentify.list_reviews(desk.settings) == []
    (closed,) = reidentify.list_reviews(desk.settings, closed_too=True)
    assert (closed.finding, closed.reviewed_by) == ("justified", "C. Guardian")


def test_a_break_glass_is_small_and_for_care_only(desk: Desk) -> None:
    with pytest.raises(RequestRefusedError, match="6 pseudonyms"):
        desk.ask(person_keys=keys(6), is_break_glass=True)
    with pytest.raises(RequestRefusedError) as error:
        desk.ask("elsewhere", is_break_glass=True, purpose="case_finding")
    assert error.value.rule == "purpose_not_allowed"
    with pytest.raises(RequestRefusedError) as error:
        desk.ask("elsewhere", is_break_glass=True, reason="emergency!!")
    assert error.value.rule == "unreasoned"


def age(desk: Desk, days: int) -> None:
    """Let the log be of so many days ago, its chain and the ledger with it."""
    files = log_files(desk.settings)
    then = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
    old = [json.loads(line) | {"at": then} for line in files.log.read_bytes().splitlines()]
    files.log.write_bytes(b"".join(recompute([entries.canonical(one) + b"\n" for one in old])))


@pytest.mark.parametrize(("days", "is_refused"), [(6, False), (8, True)])
def test_an_emergency_that_nobody_reviewed_stops_the_next(desk: Desk, days: int, is_refused: bool) -> None:
    answer, _ = desk.ask("elsewhere", is_break_glass=True, reason="unconscious in the waiting room")
    age(desk, days)
    found = list(audit_log.entries(desk.settings))
    if not is_refused:
        require_reviewed(found, "A. Clerk", desk.settings)
        return
    with pytest.raises(RequestRefusedError, match=answer.request_id) as error:
        require_reviewed(found, "a. clerk", desk.settings)
    assert error.value.rule == "review_overdue"
    require_reviewed(found, "B. Clerk", desk.settings)


@pytest.mark.parametrize(
    ("by", "account", "listed", "rule"),
    [
        ("A. Clerk", "cguardian", {"name": "A. Clerk"}, "own_review"),
        ("a  CLERK", "cguardian", {"name": "A. Clerk"}, "own_review"),
        ("\uff21. Cl\u00e9rk", "cguardian", {"name": "A. Clerk"}, "own_review"),
        ("C. Guardian", "", {}, "own_review"),
        ("C. Guardian", "", {"account": ""}, "own_review"),
        ("C. Guardian", "aclerk", {"account": "aclerk"}, "own_review"),
        ("Somebody Else", "cguardian", {}, "not_a_reviewer"),
        ("C. Guardian", "somebody-else", {}, "not_a_reviewer"),
        ("C. Guardian", "cguardian", {"until": TODAY - timedelta(days=1)}, "authorisation_expired"),
        ("C. Guardian", "cguardian", {"from": TODAY + timedelta(days=1)}, "authorisation_expired"),
    ],
)
def test_a_review_is_that_of_another_person_from_another_account(
    desk: Desk, by: str, account: str, listed: dict[str, Any], rule: str
) -> None:
    """An empty account stands for that of the claim; ``aclerk`` is a second one of who claimed it."""
    answer, _ = desk.ask("elsewhere", is_break_glass=True, reason="unconscious in the waiting room")
    told = listed | ({"account": operating_user()} if listed.get("account") == "" else {})
    desk.authorise(reviewer=told)
    text = desk.settings.requesters.read_text("utf-8")
    second = text[: text.index("[[requester]]", 1)].replace(f'"{operating_user()}"', '"aclerk"')
    desk.settings.requesters.write_text(second + text, encoding="utf-8")
    with acting_as(account or operating_user()), pytest.raises(RequestRefusedError) as error:
        reidentify.close_review(desk.settings, answer.request_id, by=by, finding="justified")
    assert error.value.rule == rule, str(error.value)
    assert len(reidentify.list_reviews(desk.settings)) == 1


def test_every_entry_names_the_account_that_called(desk: Desk) -> None:
    desk.ask("registered")
    with acting_as("cguardian"):
        audit_log.append(desk.settings, act="links_exported", actor="Somebody Else")
    told = [entry.details["account"] for entry in audit_log.entries(desk.settings)]
    assert told == [operating_user()] * (len(told) - 1) + ["cguardian"]
    with pytest.raises(UsageError, match="not declared: account"):
        audit_log.append(desk.settings, act="links_exported", details={"account": "somebody-else"})


@pytest.mark.parametrize(
    ("owner", "env", "is_refused"),
    [(0, "production", False), (0, "development", False), (12345, "production", True),
     (12345, "development", True)],
)  # fmt: skip
def test_the_file_of_requesters_belongs_to_who_answers_for_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, owner: int, env: str, is_refused: bool
) -> None:
    path = desk.settings.requesters.resolve()
    status = Path.stat

    def told(one: Path, **more: Any) -> os.stat_result:
        found = list(status(one, **more))
        found[0] &= ~0o022
        found[4] = owner if one == path else 0
        return os.stat_result(found)

    monkeypatch.setattr(Path, "stat", told)
    settings = dataclasses.replace(desk.settings, env=env)
    if is_refused:
        with pytest.raises(SetupError, match="belongs to another account"):
            load_listed(settings)
    else:
        assert len(load_listed(settings).reviewers) == 1


def test_in_production_nobody_else_may_replace_the_file_of_requesters(desk: Desk) -> None:
    """Its folder lies in one that everybody may write to, sticky or not."""
    settings = dataclasses.replace(desk.settings, env="production")
    desk.settings.requesters.parent.chmod(0o777)
    with pytest.raises(SetupError, match=r"others than root may write|belongs to another"):
        load_listed(settings)
    desk.settings.requesters.parent.chmod(0o700)


def test_the_file_of_requesters_does_not_lie_where_somebody_happens_to_stand() -> None:
    assert Settings().requesters.is_absolute()


def test_a_review_says_what_was_found_of_a_claim_that_is_open(desk: Desk) -> None:
    answer, _ = desk.ask("elsewhere", is_break_glass=True, reason="unconscious in the waiting room")
    with pytest.raises(UsageError, match="valid: justified"):
        reidentify.close_review(desk.settings, answer.request_id, by="C. Guardian", finding="fine")
    with pytest.raises(UsageError, match="waiting: r-"):
        reidentify.close_review(desk.settings, "r-000000000000", by="C. Guardian", finding="justified")


def test_only_direct_care_has_purposes() -> None:
    """Who adds a purpose for another product must change this test, and say why."""
    assert set(rules.PURPOSES) == {"direct_care"}
    assert "research" not in rules.PURPOSES["direct_care"]


def test_a_tighter_limit_holds(desk: Desk) -> None:
    tight = dataclasses.replace(desk.settings, reidentify_keys_limit=1)
    request = reidentify.Request(
        product="direct_care", person_keys=keys(2), requester="A. Clerk", organisation=PRACTICE,
        purpose="direct_care", case="RECALL-2026/118",
        reason="recall for a missed review", as_of=AS_OF,
    )  # fmt: skip
    with pytest.raises(RequestRefusedError, match="up to 1"):
        reidentify.reidentify(tight, desk.economy.ledger, request, lambda found: None)


def test_a_file_may_not_lie_in_a_zone(desk: Desk, tmp_path: Path) -> None:
    for zone in ("published", "audit", "identity", "pseudonymised"):
        with pytest.raises(UsageError, match="zone"):
            ask.require_private(desk.settings, desk.settings.home / zone / "people.csv")
    ask.require_private(desk.settings, tmp_path / "people.csv")
