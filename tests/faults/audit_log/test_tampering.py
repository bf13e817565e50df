"""Whoever changes the log in any way is found out, and the first bad entry is named."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import audit_log
from pipeline.audit_log import heads, signing
from pipeline.audit_log.files import log_files
from pipeline.cli import app
from pipeline.errors import ChecksRefusedError
from pipeline.keys import load_keys
from pipeline.run import open_ledger
from pipeline.settings import Settings
from tests.audit_desk import change, fill, forge, lines, recompute, settings_in, write_lines

LENGTH = 150  # entries; checkpoints stand at 1, 65 and 129


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_in(tmp_path_factory.mktemp("written"))
    fill(settings, LENGTH - 1)
    return settings


@pytest.fixture
def settings(written: Settings, tmp_path: Path) -> Settings:
    """A copy of the whole deployment, to be tampered with."""
    shutil.copytree(written.home, tmp_path / "home")
    return dataclasses.replace(written, home=tmp_path / "home")


def assert_found(settings: Settings, first_bad: int | None) -> None:
    found = audit_log.verify(settings)
    assert not found.is_intact
    assert found.first_bad == first_bad, found.findings
    with pytest.raises(ChecksRefusedError, match="audit log"):
        audit_log.require_intact(settings)


def test_what_was_not_touched_is_intact(settings: Settings) -> None:
    found = audit_log.verify(settings)
    assert (found.entries, found.checkpoints, found.findings, found.notices) == (LENGTH, 3, (), ())
    audit_log.require_intact(settings)


def swapped(old: list[bytes], left: int, right: int) -> list[bytes]:
    new = list(old)
    new[left - 1], new[right - 1] = old[right - 1], old[left - 1]
    return new


TAMPERED: dict[str, tuple[Callable[[list[bytes]], list[bytes]], int]] = {
    "changed, hash left": (lambda old: [*old[:29], change(old[29], actor="Nobody"), *old[30:]], 30),
    "changed, its own hash made anew": (
        lambda old: [*old[:29], forge(old[29], actor="Nobody"), *old[30:]], 30,
    ),
    "a detail changed": (
        lambda old: [*old[:29], change(old[29], details={"numbers": 7}), *old[30:]], 30,
    ),
    "the time changed": (lambda old: [*old[:149], change(old[149], at="2020-01-01T00:00:00+00:00")], 150),
    "only the spaces changed": (lambda old: [*old[:29], old[29].replace(b",", b", ", 1), *old[30:]], 30),
    "no longer JSON": (lambda old: [*old[:29], b"{\n", *old[30:]], 30),
    "removed": (lambda old: [*old[:29], *old[30:]], 30),
    "first removed": (lambda old: old[1:], 1),
    "two reordered": (lambda old: swapped(old, 30, 31), 30),
    "duplicated": (lambda old: [*old[:30], old[29], *old[30:]], 31),
    "inserted": (lambda old: [*old[:29], forge(old[29], actor="Nobody"), *old[29:]], 30),
    "an empty line": (lambda old: [*old[:29], b"\n", *old[29:]], 30),
    "cut behind a checkpoint": (lambda old: old[:140], 141),
    "cut at a checkpoint": (lambda old: old[:129], 130),
    "cut before a checkpoint": (lambda old: old[:100], 101),
    "the last cut": (lambda old: old[:149], 150),
    "one added at the end": (lambda old: [*old, old[-1]], 151),
    "computed anew, one changed": (
        lambda old: recompute([*old[:29], forge(old[29], actor="Nobody"), *old[30:]]), 30,
    ),
    "computed anew, one removed": (lambda old: recompute([*old[:29], *old[30:]]), 30),
    "computed anew, one inserted": (lambda old: recompute([*old[:29], old[60], *old[29:]]), 30),
    "computed anew behind the last checkpoint": (
        lambda old: recompute([*old[:139], forge(old[139], actor="Nobody"), *old[140:]]), 140,
    ),
    "two added, the chain sound": (lambda old: recompute([*old, old[60], old[61]]), 151),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERED)
def test_tampering_is_found_and_the_first_bad_entry_named(settings: Settings, how: str) -> None:
    tamper, first_bad = TAMPERED[how]
    before = lines(settings)
    write_lines(settings, tamper(before))
    assert lines(settings) != before
    found = audit_log.verify(settings)
    assert not found.is_intact
    assert found.first_bad == first_bad, found.findings


@pytest.mark.parametrize("how", TAMPERED)
def test_nothing_is_published_over_a_log_that_was_tampered_with(settings: Settings, how: str) -> None:
    write_lines(settings, TAMPERED[how][0](lines(settings)))
    with pytest.raises(ChecksRefusedError, match="audit log"):
        audit_log.require_intact(settings)


@pytest.mark.parametrize("how", ["computed anew, one changed", "computed anew, one removed"])
def test_the_signatures_alone_find_a_chain_computed_anew(settings: Settings, how: str) -> None:
    """Also where whoever did it changed the ledger too, so that it knows the new chain."""
    write_lines(settings, TAMPERED[how][0](lines(settings)))
    ledger = open_ledger(settings)
    with ledger.transaction() as connection:
        connection.execute("delete from audit_head where number > ?", (len(lines(settings)),))
        connection.executemany(
            "update audit_head set hash = ? where number = ?",
            [(json.loads(line)["hash"], json.loads(line)["number"]) for line in lines(settings)],
        )
    found = audit_log.verify(settings)
    assert found.first_bad == 2, "the entries behind the first checkpoint are not those that were signed"
    with pytest.raises(ChecksRefusedError):
        audit_log.require_intact(settings)


def test_a_log_cut_with_its_checkpoints_is_found_by_the_ledger(settings: Settings) -> None:
    write_lines(settings, lines(settings)[:65])
    points = log_files(settings).checkpoints
    points.write_bytes(b"".join(points.read_bytes().splitlines(keepends=True)[:2]))
    assert_found(settings, 66)


def test_a_removed_checkpoint_is_found(settings: Settings) -> None:
    points = log_files(settings).checkpoints
    held = points.read_bytes().splitlines(keepends=True)
    points.write_bytes(held[0] + held[2])
    assert not audit_log.verify(settings).is_intact
    points.write_bytes(held[0] + held[1])
    assert audit_log.verify(settings).first_bad == 129
    points.unlink()
    assert not audit_log.verify(settings).is_intact


def test_a_log_that_is_gone_is_found_and_nothing_is_appended(settings: Settings) -> None:
    log_files(settings).log.unlink()
    assert_found(settings, 1)
    with pytest.raises(ChecksRefusedError, match="is gone"):
        audit_log.append(settings, act="links_exported")


def test_an_act_is_refused_on_a_log_that_was_cut(settings: Settings) -> None:
    write_lines(settings, lines(settings)[:140])
    with pytest.raises(ChecksRefusedError, match="was cut"):
        audit_log.append(settings, act="links_exported")


def test_no_signature_is_put_on_a_log_that_does_not_hold(settings: Settings) -> None:
    write_lines(settings, TAMPERED["computed anew, one changed"][0](lines(settings)))
    last = json.loads(lines(settings)[-1])
    with open_ledger(settings).transaction() as connection:
        connection.execute("update audit_head set hash = ? where number = ?", (last["hash"], LENGTH))
    told = {"run_id": "20260331-001", "outcome": "published", "products": []}
    with pytest.raises(ChecksRefusedError, match="not what was signed"):
        audit_log.append(settings, act="run_ended", details=told)


def other_deployment(tmp_path: Path, settings: Settings, *, same_key: bool) -> Settings:
    other = dataclasses.replace(settings, home=tmp_path / "other")
    if same_key:
        shutil.copytree(settings.home / "keys", other.home / "keys")
    fill(other, LENGTH - 1)
    return other


@pytest.mark.parametrize("same_key", [False, True])
def test_the_files_of_another_deployment_are_found(
    settings: Settings, tmp_path: Path, same_key: bool
) -> None:
    other = other_deployment(tmp_path, settings, same_key=same_key)
    for name in ("log.jsonl", "checkpoints.jsonl", "log.pub"):
        shutil.copy(other.home / "audit" / name, settings.home / "audit" / name)
    assert_found(settings, 1)


@pytest.mark.parametrize("same_key", [False, True])
def test_a_checkpoint_of_another_deployment_is_found(
    settings: Settings, tmp_path: Path, same_key: bool
) -> None:
    other = other_deployment(tmp_path, settings, same_key=same_key)
    shutil.copy(log_files(other).checkpoints, log_files(settings).checkpoints)
    said = "another log" if same_key else "not signed with this deployment's key"
    found = audit_log.verify(settings)
    assert any(said in one.what for one in found.findings)
    with pytest.raises(ChecksRefusedError):
        audit_log.require_intact(settings)


def test_a_checkpoint_signed_with_a_key_of_the_forgers_own_is_found(
    settings: Settings, tmp_path: Path
) -> None:
    """With its public key put beside the log, so that the files agree among themselves."""
    forger = load_keys(settings_in(tmp_path / "forger"), {})
    points = log_files(settings).checkpoints
    raw = [json.loads(line) for line in points.read_bytes().splitlines()]
    previous = b""
    for point in raw:
        said = {k: v for k, v in point.items() if k not in ("signature", "previous", "key_id")}
        signed = signing.sign(forger, previous.splitlines(keepends=True)[-1] if previous else b"", **said)
        previous += signed.line()
    points.write_bytes(previous)
    log_files(settings).public_key.write_bytes(signing.as_pem(signing.public_key(forger)))
    found = audit_log.verify(settings)
    assert any("public key" in one.what for one in found.findings)
    assert any("not signed" in one.what for one in found.findings)
    with pytest.raises(ChecksRefusedError):
        audit_log.require_intact(settings)


def test_a_torn_last_line_is_kept_aside_and_reported(settings: Settings) -> None:
    with log_files(settings).log.open("ab") as file:
        file.write(b'{"act":"links_exp')
    found = audit_log.verify(settings)
    assert found.is_intact
    assert any("half a line" in notice for notice in found.notices)
    audit_log.append(settings, act="links_exported", actor="A. Clerk")
    assert [one.act for one in audit_log.entries(settings)][-2:] == ["torn_line_set_aside", "links_exported"]
    kept = list(log_files(settings).torn.glob("*.part"))
    assert [path.read_bytes() for path in kept] == [b'{"act":"links_exp']
    after = audit_log.verify(settings)
    assert after.is_intact
    assert any("kept aside" in notice for notice in after.notices)


def test_an_entry_cannot_be_passed_off_as_a_torn_line(settings: Settings) -> None:
    """Half of an entry that was written, and that the ledger knows, is a cut."""
    content = log_files(settings).log.read_bytes()
    log_files(settings).log.write_bytes(content[:-20])
    assert_found(settings, LENGTH)
    with pytest.raises(ChecksRefusedError, match="was cut"):
        audit_log.append(settings, act="links_exported")


def test_a_crash_between_entry_and_ledger_is_mended_and_reported(settings: Settings) -> None:
    with open_ledger(settings).transaction() as connection:
        connection.execute("delete from audit_head where number = ?", (LENGTH,))
    assert audit_log.verify(settings).is_intact
    audit_log.append(settings, act="links_exported", actor="A. Clerk")
    found = audit_log.verify(settings)
    assert found.is_intact
    assert any(str(LENGTH) in notice for notice in found.notices)
    assert [head.number for head in heads.all_heads(open_ledger(settings)) if head.is_late] == [LENGTH]


def test_a_torn_checkpoint_is_made_anew(settings: Settings) -> None:
    points = log_files(settings).checkpoints
    with points.open("ab") as file:
        file.write(b'{"at":"20')
    told = {"run_id": "20260331-001", "outcome": "published", "products": []}
    audit_log.append(settings, act="run_ended", details=told)
    found = audit_log.verify(settings)
    assert (found.is_intact, found.checkpoints) == (True, 4)


def test_the_command_ends_with_4_and_names_the_entry(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WSIC_HOME", str(settings.home))
    assert CliRunner().invoke(app, ["audit", "verify"]).exit_code == 0
    write_lines(settings, TAMPERED["removed"][0](lines(settings)))
    done = CliRunner().invoke(app, ["audit", "verify", "--json"])
    assert isinstance(done.exception, ChecksRefusedError)
    assert done.exception.exit_code == 4
    assert "first bad entry: 30" in str(done.exception)
    assert json.loads(done.stdout)["first_bad"] == 30
