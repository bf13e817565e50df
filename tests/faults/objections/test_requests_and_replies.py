"""The national round trip: what was asked, what came back, and every way in which the two do not fit."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline.errors import ChecksRefusedError
from pipeline.identity import OptOutOutcome, Request, apply_opt_outs, link, pseudonymise, write_request
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from tests.identity_economy import AS_OF, Economy, nhs_number
from tests.objection_house import GP, House

A, B, C, D = (nhs_number(n) for n in (1, 2, 3, 4))
STRANGER = nhs_number(77)
ASKED_ON = AS_OF - timedelta(days=5)
REPLY_ON = AS_OF - timedelta(days=4)


def ask(house: House, lines: int = 1000, on: date = ASKED_ON) -> Request:
    settings = replace(house.economy.settings, opt_out_lines_per_file=lines)
    return write_request(settings, house.economy.ledger, asked_on=on)


def apply(house: House, as_of: date = AS_OF, run_id: str = "r1") -> OptOutOutcome:
    return apply_opt_outs(house.economy.settings, house.economy.ledger, run_id, house.extracts, as_of)


def reply(house: House, *numbers: str, name: str = "from-the-service.dat", on: date = REPLY_ON) -> None:
    house.economy.reply(house.extracts, on, *numbers, name=name)


def kept(economy: Economy, table: str) -> int:
    with open_vault(economy.settings, load_keys(economy.settings), read_only=True) as connection:
        found = connection.execute(f"select count(*) from vault.{table}").fetchone()
    assert found is not None
    return int(found[0])


def failed(house: House, rule: str) -> int:
    rows = house.economy.ledger.query(
        "select rows_failed from rule_result where rule_id = ? and run_id = 'r1'", (rule,)
    )
    return int(rows[0]["rows_failed"])


def test_a_request_is_split_and_every_file_is_kept_track_of(linked: House) -> None:
    first, second = ask(linked, lines=3), ask(linked)
    assert [file.numbers for file in first.files] == [3, 1]
    assert b"".join(file.path.read_bytes() for file in first.files) == f"{A},\n{B},\n{C},\n{D},\n".encode()
    names = [file.path.name for file in (*first.files, *second.files)]
    assert names == [f"WSIC-260326-000{n}.dat" for n in (1, 2, 3)]
    assert {file.path.stat().st_mode & 0o777 for file in first.files} == {0o600}
    known = linked.economy.ledger.query("select * from opt_out_request order by file_name")
    assert [row["file_sha256"] for row in known] == [
        hashlib.sha256(file.path.read_bytes()).hexdigest() for file in (*first.files, *second.files)
    ]
    assert first.request_id != second.request_id
    assert not any(A in str(row) for row in known)


def test_a_reply_is_matched_by_its_name_or_by_what_it_holds(linked: House) -> None:
    request = ask(linked)
    reply(linked, A, B)
    found = apply(linked)
    assert (found.is_valid, found.request_id, found.numbers, found.numbers_asked) == (
        True,
        request.request_id,
        2,
        4,
    )
    reply(linked, A, name=request.files[0].path.name, on=AS_OF)
    assert (apply(linked).request_id, apply(linked).numbers) == (request.request_id, 1)
    assert failed(linked, "national_reply_answers_a_request") == 0


def test_a_reply_that_holds_numbers_never_asked_for_is_refused(linked: House) -> None:
    request = ask(linked)
    reply(linked, A, B, STRANGER, name=request.files[0].path.name)
    found = apply(linked)
    assert not found.is_valid
    assert f"1 numbers that request {request.request_id} never asked for" in found.refused[0]
    assert STRANGER not in found.refused[0]
    assert kept(linked.economy, "national_reply") == 0


def test_a_reply_to_nothing_stands_by_itself_but_not_in_production(
    linked: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(linked)
    reply(linked, A, B, STRANGER)
    found = apply(linked)
    assert (found.is_valid, found.request_id) == (True, None)
    assert failed(linked, "national_reply_answers_a_request") == 1
    root = (linked.economy.home / "keys" / "root.key").read_text().split('root = "')[1][:64]
    monkeypatch.setenv("WSIC_ROOT_KEY", root)
    linked.in_production()
    reply(linked, A, B, STRANGER, on=AS_OF)
    assert "answers no request" in apply(linked).refused[0]


def test_a_reply_from_before_the_request_answers_another_one(linked: House) -> None:
    ask(linked, on=AS_OF)
    reply(linked, A, B)
    assert apply(linked).request_id is None


def test_files_that_answer_and_files_that_do_not_are_no_reply(linked: House) -> None:
    ask(linked)
    reply(linked, A, B, name="one.dat")
    reply(linked, STRANGER, name="two.dat")
    found = apply(linked)
    assert not found.is_valid
    assert "1 of its files answer no request" in found.refused[0]


def test_whoever_was_not_asked_about_could_not_be_checked(linked: House) -> None:
    """Of two files one was answered; a person came after the request; everybody else has said yes or no."""
    request = ask(linked, lines=2)
    reply(linked, A, name=request.files[0].path.name)
    new = linked.person()
    linked.economy.land()
    link(linked.economy.settings, linked.economy.ledger, "r1", AS_OF)
    assert apply(linked).numbers_asked == 2
    pseudonymise(linked.economy.settings, linked.economy.ledger, "r1", "secondary_use", AS_OF)
    unchecked = "opt_out_not_checkable"
    assert linked.reasons("secondary_use") == {
        "p1": None, "p2": "national_opt_out", "a2": "national_opt_out", "p3": unchecked, "p4": unchecked,
        new: unchecked, "nobody": unchecked,
    }  # fmt: skip
    (row,) = linked.economy.ledger.query("select * from objection_check")
    assert (row["numbers_asked"], row["numbers_allowed"], row["people_in"], row["people_out"]) == (4, 1, 1, 5)
    assert row["request_id"] == request.request_id and len(row["reply_sha256"]) == 64


def test_an_older_reply_does_not_take_the_place_of_a_newer_one(linked: House) -> None:
    reply(linked, A, on=AS_OF)
    assert apply(linked).reply_on == AS_OF
    (linked.extracts / "opt_outs" / AS_OF.isoformat() / "from-the-service.dat").unlink()
    reply(linked, A, B, C, D, on=REPLY_ON)
    found = apply(linked)
    assert (found.reply_on, found.numbers) == (AS_OF, 1)


def test_a_corrected_reply_of_the_same_day_is_taken(linked: House) -> None:
    reply(linked, A, B)
    apply(linked)
    reply(linked, A)
    assert apply(linked).numbers == 1


@pytest.mark.parametrize(("age", "warned"), [(14, 0), (15, 1), (21, 1)])
def test_the_last_days_of_a_reply_are_told(linked: House, age: int, warned: int) -> None:
    reply(linked, A, on=AS_OF - timedelta(days=age))
    found = apply(linked)
    assert (found.days_left, failed(linked, "national_reply_lapses_soon")) == (21 - age, warned)


def test_after_21_days_nothing_of_anybodys_choice_is_left(linked: House) -> None:
    economy = linked.economy
    request = ask(linked, on=AS_OF - timedelta(days=21))
    reply(linked, A, B, on=AS_OF - timedelta(days=21), name=request.files[0].path.name)
    collected = economy.home / "landing" / "opt_outs" / (AS_OF - timedelta(days=21)).isoformat()
    collected.mkdir(parents=True)
    apply(linked)
    pseudonymise(economy.settings, economy.ledger, "r1", "secondary_use", AS_OF)
    made_with_it = economy.home / "identity" / "eligibility" / "secondary_use_records.parquet"
    tables = (
        "national_reply",
        "national_asked",
        "national_reply_state",
        "national_request",
        "national_request_file",
    )
    assert all(kept(economy, table) for table in tables)
    assert made_with_it.exists() and request.files[0].path.exists()
    found = apply(linked, AS_OF + timedelta(days=1), run_id="r2")
    assert (found.is_valid, found.had_lapsed, found.reply_on) == (False, True, None)
    assert [table for table in tables if kept(economy, table)] == []
    assert not made_with_it.exists() and not request.files[0].path.exists() and not collected.exists()
    assert economy.ledger.query("select numbers, numbers_asked from opt_out_reply where run_id = 'r1'") == [
        {"numbers": 2, "numbers_asked": 4}
    ]
    with pytest.raises(ChecksRefusedError, match="there is none"):
        pseudonymise(economy.settings, economy.ledger, "r2", "secondary_use", AS_OF + timedelta(days=1))


def test_a_request_is_for_those_who_see_identifiers(linked: House, tmp_path: Path) -> None:
    linked.economy.person("late", None, **GP)
    path = tmp_path / "open" / "cohort.dat"
    request = write_request(
        replace(linked.economy.settings, opt_out_lines_per_file=3),
        linked.economy.ledger,
        asked_on=AS_OF,
        out=path,
    )
    assert [file.path.name for file in request.files] == ["cohort-0001.dat", "cohort-0002.dat"]
    assert {file.path.stat().st_mode & 0o777 for file in request.files} == {0o600}
