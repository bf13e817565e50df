"""A log that is cut with its checkpoints and the ledger, for which no key is needed, is found too."""

from __future__ import annotations

import dataclasses
import json
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import audit_log
from pipeline.audit_log.copy_elsewhere import copy_of
from pipeline.audit_log.files import log_files
from pipeline.cli import app
from pipeline.errors import ChecksRefusedError, SetupError
from pipeline.run import open_ledger
from pipeline.settings import Settings
from tests.audit_desk import change, fill, lines, settings_in, write_lines

CLAIM = {
    "request_id": "r-0a1b2c3d4e5f", "requester": "A. Clerk", "organisation": "E84001",
    "purpose": "direct_care", "keys": 1, "reason": "unconscious in the waiting room",
}  # fmt: skip
KEPT = 5


@pytest.fixture
def plain(tmp_path: Path) -> Settings:
    """A log of some entries and an emergency, without a copy."""
    settings = settings_in(tmp_path)
    fill(settings, KEPT + 2)
    return settings


@pytest.fixture
def copied(tmp_path: Path) -> Settings:
    """The same, copied elsewhere from its first entry on."""
    (tmp_path / "elsewhere").mkdir()
    settings = dataclasses.replace(settings_in(tmp_path), audit_copy=str(tmp_path / "elsewhere"))
    fill(settings, KEPT + 2)
    return settings


def cut(settings: Settings, keep: int = KEPT) -> None:
    """Keep so many entries, and make checkpoints and ledger fit them."""
    write_lines(settings, lines(settings)[:keep])
    points = log_files(settings).checkpoints
    held = points.read_bytes().splitlines(keepends=True)
    points.write_bytes(b"".join(line for line in held if json.loads(line)["number"] <= keep))
    with open_ledger(settings).transaction() as connection:
        connection.execute("delete from audit_head where number > ?", (keep,))


def wipe(settings: Settings) -> None:
    """Take the whole log away, and all that the ledger knows of it."""
    cut(settings, 0)
    for path in (log_files(settings).log, log_files(settings).checkpoints, log_files(settings).public_key):
        path.unlink()


def assert_refused(settings: Settings, first_bad: int) -> None:
    found = audit_log.verify(settings)
    assert found.first_bad == first_bad, found.findings
    with pytest.raises(ChecksRefusedError, match="audit log"):
        audit_log.require_intact(settings)
    with pytest.raises(ChecksRefusedError, match="audit log"):
        audit_log.append(settings, act="links_exported")


def the_copy(settings: Settings) -> Path:
    (path,) = Path(settings.audit_copy).glob("*.jsonl")
    return path


def test_what_was_not_touched_is_intact_with_its_copy(copied: Settings) -> None:
    found = audit_log.verify(copied)
    assert (found.findings, found.notices) == ((), ())
    assert the_copy(copied).read_bytes() == log_files(copied).log.read_bytes()
    assert the_copy(copied).stat().st_mode & 0o777 == 0o600
    audit_log.require_intact(copied)


def test_all_three_cut_is_found_by_the_copy(copied: Settings) -> None:
    audit_log.append(copied, act="break_glass", details=CLAIM)
    cut(copied)
    assert_refused(copied, KEPT + 1)


def test_all_three_cut_and_written_on_is_found_by_the_copy(copied: Settings) -> None:
    audit_log.append(copied, act="break_glass", details=CLAIM)
    cut(copied)
    fill(dataclasses.replace(copied, audit_copy=""), 6)
    assert_refused(copied, KEPT + 1)


def test_entries_written_without_the_copy_are_found(copied: Settings) -> None:
    length = len(lines(copied))
    fill(dataclasses.replace(copied, audit_copy=""), 1)
    assert_refused(copied, length + 1)


def test_the_last_entry_cut_everywhere_is_put_back(copied: Settings) -> None:
    audit_log.append(copied, act="break_glass", details=CLAIM)
    before = lines(copied)
    cut(copied, len(before) - 1)
    assert any("only in the copy" in notice for notice in audit_log.verify(copied).notices)
    audit_log.append(copied, act="links_exported")
    assert lines(copied)[:-1] == before
    found = audit_log.verify(copied)
    assert found.is_intact
    assert any(str(len(before)) in notice for notice in found.notices)


def test_a_log_that_was_wiped_with_its_ledger_is_found_and_no_other_begins(copied: Settings) -> None:
    wipe(copied)
    assert_refused(copied, 1)


def test_another_log_begun_in_its_place_is_found(copied: Settings) -> None:
    wipe(copied)
    fill(dataclasses.replace(copied, audit_copy=""), 5)
    found = audit_log.verify(copied)
    assert any("taken away" in one.what for one in found.findings)
    with pytest.raises(ChecksRefusedError, match="taken away"):
        audit_log.require_intact(copied)


@pytest.mark.parametrize("ill", ["cut", "wiped"])
def test_a_new_log_follows_the_end_that_the_copy_knows(copied: Settings, ill: str) -> None:
    end = json.loads(lines(copied)[-1])
    cut(copied) if ill == "cut" else wipe(copied)
    audit_log.reopen(copied, by="C. Guardian", reason="incident 12: cut")
    assert audit_log.verify(copied).is_intact
    opened = next(iter(audit_log.entries(copied, act="log_opened"))).details
    assert (opened["after_number"], opened["after_hash"]) == (end["number"], end["hash"])
    fill(copied, 3)
    assert audit_log.verify(copied).is_intact


def test_a_changed_entry_is_named_by_the_copy(copied: Settings) -> None:
    held = the_copy(copied).read_bytes().splitlines(keepends=True)
    held[4] = change(held[4], actor="Nobody")
    the_copy(copied).write_bytes(b"".join(held))
    assert audit_log.verify(copied).first_bad == 5
    with pytest.raises(ChecksRefusedError, match="entry 5"):
        audit_log.require_intact(copied)


def test_a_copy_that_was_cut_or_is_gone_is_found(copied: Settings) -> None:
    length = len(lines(copied))
    held = the_copy(copied).read_bytes().splitlines(keepends=True)
    the_copy(copied).write_bytes(b"".join(held[:-2]))
    assert_refused(copied, length - 1)
    the_copy(copied).unlink()
    assert any("gone" in one.what for one in audit_log.verify(copied).findings)
    with pytest.raises(ChecksRefusedError, match="gone"):
        audit_log.append(copied, act="links_exported")


def test_half_a_line_in_the_copy_is_stepped_over(copied: Settings) -> None:
    with the_copy(copied).open("ab") as file:
        file.write(b'{"act":"links_exp')
    fill(copied, 2)
    found = audit_log.verify(copied)
    assert (found.findings, found.notices) == ((), ())
    assert b'{"act":"links_exp\n' in the_copy(copied).read_bytes()


def test_half_a_line_in_the_log_does_not_lose_the_entry_that_the_copy_has(copied: Settings) -> None:
    before = lines(copied)
    write_lines(copied, [*before[:-1], before[-1][:40]])
    with open_ledger(copied).transaction() as connection:
        connection.execute("delete from audit_head where number = ?", (len(before),))
    fill(copied, 1)
    assert lines(copied)[: len(before)] == before
    assert [one.act for one in audit_log.entries(copied)][-2] == "torn_line_set_aside"
    assert audit_log.verify(copied).is_intact


def test_nothing_is_logged_that_the_copy_cannot_take(copied: Settings) -> None:
    before = lines(copied)
    the_copy(copied).chmod(0o600)
    shutil.move(copied.audit_copy, f"{copied.audit_copy}.unmounted")
    with pytest.raises(SetupError, match="audit_copy"):
        audit_log.append(copied, act="links_exported")
    with pytest.raises(SetupError, match="audit_copy"):
        audit_log.require_intact(copied)
    assert lines(copied) == before


def test_the_copy_is_written_before_the_log(copied: Settings) -> None:
    log = log_files(copied).log
    held = log.read_bytes()
    target = log.with_name("held.jsonl")
    log.rename(target)
    log.symlink_to(target)  # cannot be opened for writing
    with pytest.raises(SetupError):
        audit_log.append(copied, act="links_exported")
    assert target.read_bytes() == held
    assert the_copy(copied).read_bytes().startswith(held)
    assert len(the_copy(copied).read_bytes()) > len(held)


@pytest.mark.parametrize("where", ["elsewhere", "home/audit"])
def test_a_copy_is_elsewhere_and_by_its_whole_path(plain: Settings, where: str, tmp_path: Path) -> None:
    folder = where if where == "elsewhere" else str(tmp_path / where)
    with pytest.raises(SetupError, match="audit_copy"):
        copy_of(dataclasses.replace(plain, audit_copy=folder))


def test_a_copy_begun_later_holds_all_that_was_before(plain: Settings, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    later = dataclasses.replace(plain, audit_copy=str(tmp_path / "elsewhere"))
    found = audit_log.verify(later)
    assert (found.is_intact, len(found.notices)) == (True, 1)
    audit_log.require_intact(later)
    before = len(lines(plain))
    fill(later, 1)
    assert the_copy(later).read_bytes() == log_files(later).log.read_bytes()
    (begun,) = audit_log.entries(later, act="copy_begun")
    assert begun.details["entries"] == before
    cut(later)
    assert_refused(later, KEPT + 1)


@pytest.mark.parametrize("does", [lambda s: fill(s, 1), audit_log.verify, audit_log.require_intact])
def test_production_without_a_copy_is_refused(
    plain: Settings, does: Callable[[Settings], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WSIC_ROOT_KEY", secrets.token_hex(32))
    held = log_files(plain).log.read_bytes()
    with pytest.raises(SetupError, match="audit_copy is empty"):
        does(dataclasses.replace(plain, env="production"))
    assert log_files(plain).log.read_bytes() == held


def handed_out(settings: Settings, folder: Path) -> Path:
    claim = audit_log.append(settings, act="break_glass", details=CLAIM)
    path = folder / "people.csv.receipt.json"
    path.write_text(audit_log.as_receipt(audit_log.checkpoint_of(settings, claim)), encoding="utf-8")
    return path


def test_all_three_cut_is_found_by_a_receipt_that_was_handed_out(
    plain: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WSIC_HOME", str(plain.home))
    receipt = handed_out(plain, tmp_path)
    command = ["audit", "verify", "--receipt", str(receipt)]
    assert CliRunner().invoke(app, command).exit_code == 0
    cut(plain)
    assert CliRunner().invoke(app, ["audit", "verify"]).exit_code == 0, "nothing of its own knows"
    done = CliRunner().invoke(app, command)
    assert isinstance(done.exception, ChecksRefusedError)
    assert "people.csv.receipt.json: the log was cut" in str(done.exception)


def test_a_cut_log_that_was_written_on_is_found_by_the_receipt(plain: Settings, tmp_path: Path) -> None:
    receipt = handed_out(plain, tmp_path)
    cut(plain)
    fill(plain, 6)
    found = audit_log.verify(plain, handed_out=[receipt])
    assert any("not the one that it was given out with" in one.what for one in found.findings)


def test_a_receipt_that_was_changed_or_is_none_is_found(plain: Settings, tmp_path: Path) -> None:
    receipt = handed_out(plain, tmp_path)
    raw = json.loads(receipt.read_text("utf-8"))
    raw["checkpoint"]["number"] = 1
    receipt.write_text(json.dumps(raw), encoding="utf-8")
    (tmp_path / "none.json").write_text("[]", encoding="utf-8")
    found = audit_log.verify(plain, handed_out=[receipt, tmp_path / "none.json"])
    assert len(found.findings) == 2
    assert all("not signed" in one.what for one in found.findings)


@pytest.mark.parametrize("act", ["reidentify_given", "break_glass", "break_glass_reviewed", "subject_report"])
def test_an_answer_and_an_emergency_are_signed_at_once(plain: Settings, act: str) -> None:
    who = {name: CLAIM[name] for name in ("request_id", "requester", "organisation", "purpose")}
    told = {
        "reidentify_given": {**who, "given": 1, "not_given": 0, "subjects": ["0" * 64]},
        "break_glass": CLAIM,
        "break_glass_reviewed": {"request_id": CLAIM["request_id"], "finding": "justified"},
        "subject_report": {"request_id": CLAIM["request_id"]},
    }[act]
    entry = audit_log.append(plain, act=act, details=told)
    assert audit_log.checkpoint_of(plain, entry).number == entry.number
