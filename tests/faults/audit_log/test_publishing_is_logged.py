"""Nothing is served without its entry: the log comes first, and where it cannot, the last version stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import audit_log
from pipeline.audit_log.files import log_files
from pipeline.errors import ChecksRefusedError, SetupError, UsageError
from pipeline.ledger import Ledger
from pipeline.publish import list_versions, release, rollback
from pipeline.publish.release import serve, write_version
from pipeline.run import close_run, open_ledger, open_run
from pipeline.settings import Settings
from tests.audit_desk import fill, lines, recompute, settings_in, write_lines
from tests.identity_economy import AS_OF

PRODUCT = "direct_care"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


@pytest.fixture
def ledger(settings: Settings) -> Ledger:
    return open_ledger(settings)


def published(settings: Settings, ledger: Ledger, run_id: str) -> None:
    """Write a version with one person and serve it."""

    def write(connection: Any, database: Path, parquet: Path) -> None:
        connection.execute(f"attach '{database}' as v; create schema v.core")
        connection.execute("create table v.core.person as select 'k' as person_key; detach v")
        parquet.mkdir()

    row = {"run_id": run_id, "as_of": AS_OF.isoformat(), "started_at": "x", "outcome": "running"}
    ledger.put("run", [row | {"code_version": "x", "key_ids": f"vault=0 product:{PRODUCT}={'ab' * 8}"}])
    write_version(settings, run_id, PRODUCT, write)
    serve(settings, ledger, run_id, PRODUCT)


def served(settings: Settings) -> str:
    return (settings.home / "published" / PRODUCT / "current.duckdb").resolve().stem


def test_a_version_is_logged_with_its_hash_key_and_counts(settings: Settings, ledger: Ledger) -> None:
    published(settings, ledger, "run-1")
    (entry,) = audit_log.entries(settings, act="product_published")
    version = list_versions(settings, PRODUCT)[0].path
    assert entry.details == {
        "account": audit_log.operating_user(),
        "run_id": "run-1", "product": PRODUCT, "file_sha256": audit_log.file_sha256(version),
        "key_id": "ab" * 8, "tables": 1, "rows": 1, "people": 1,
    }  # fmt: skip
    receipt = json.loads(version.with_suffix(".receipt.json").read_text("utf-8"))
    assert (receipt["file_sha256"], receipt["checkpoint"]["hash"]) == (
        entry.details["file_sha256"],
        entry.hash,
    )
    assert audit_log.verify(settings, files_too=True).is_intact


def test_without_a_log_the_last_version_stays(settings: Settings, ledger: Ledger) -> None:
    published(settings, ledger, "run-1")
    log = log_files(settings).log
    log.rename(log.with_suffix(".kept"))
    log.mkdir()
    with pytest.raises(SetupError) as error:
        published(settings, ledger, "run-2")
    assert error.value.exit_code == 5
    assert served(settings) == "run-1"
    assert [version.run_id for version in list_versions(settings, PRODUCT)] == ["run-1"]
    said = ledger.query("select run_id from publication where outcome = 'published'")
    assert [row["run_id"] for row in said] == ["run-1"]


def test_a_swap_that_fails_is_followed_by_an_entry(
    settings: Settings, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(settings, ledger, "run-1")

    def broken(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(release, "swap", broken)
    with pytest.raises(OSError, match="no space"):
        published(settings, ledger, "run-2")
    last = list(audit_log.entries(settings))[-2:]
    assert [entry.act for entry in last] == ["product_published", "act_failed"]
    assert served(settings) == "run-1"
    assert [version.run_id for version in list_versions(settings, PRODUCT)] == ["run-1"]


@pytest.mark.parametrize("gate", ["require_intact", "append"])
def test_a_tampered_log_stops_the_publish(settings: Settings, ledger: Ledger, gate: str) -> None:
    """By the gate before everything, and, should that be gone, by the signature that every publish needs."""
    fill(settings, 5)
    published(settings, ledger, "run-1")
    old = lines(settings)
    write_lines(settings, [*old[:2], *old[3:]])
    with pytest.raises(ChecksRefusedError):
        if gate == "require_intact":
            audit_log.require_intact(settings, run_id="run-2", product=PRODUCT)
        else:
            published(settings, ledger, "run-2")
    assert served(settings) == "run-1"
    if gate == "require_intact":
        rows = ledger.query("select suite, rule_id, severity, is_passed from rule_result")
        assert [tuple(row.values()) for row in rows] == [("audit_log", "chain_is_intact", "critical", 0)]


def test_a_version_that_was_swapped_for_another_is_found(settings: Settings, ledger: Ledger) -> None:
    published(settings, ledger, "run-1")
    version = list_versions(settings, PRODUCT)[0].path
    version.chmod(0o644)
    version.write_bytes(version.read_bytes() + b" ")
    assert audit_log.verify(settings).is_intact
    found = audit_log.verify(settings, files_too=True)
    assert any("not the file whose hash was logged" in one.what for one in found.findings)


def test_a_version_that_was_published_around_the_log_is_found(settings: Settings, ledger: Ledger) -> None:
    published(settings, ledger, "run-1")
    row = {"run_id": "run-2", "product": PRODUCT, "outcome": "published", "at": "2999-01-01T00:00:00+00:00"}
    ledger.put("publication", [row])
    found = audit_log.verify(settings)
    assert any("without an entry" in one.what for one in found.findings)


def test_a_log_cut_with_ledger_and_checkpoints_is_found_by_the_receipt(
    settings: Settings, ledger: Ledger
) -> None:
    published(settings, ledger, "run-1")
    number = len(lines(settings))
    write_lines(settings, lines(settings)[:-1])
    points = log_files(settings).checkpoints
    points.write_bytes(b"".join(points.read_bytes().splitlines(keepends=True)[:-1]))
    with ledger.transaction() as connection:
        connection.execute("delete from audit_head where number = ?", (number,))
        connection.execute("delete from publication")
    found = audit_log.verify(settings)
    assert found.first_bad == number
    assert any("receipt of direct_care run-1" in one.what for one in found.findings)


def test_a_receipt_of_a_chain_computed_anew_is_found(settings: Settings, ledger: Ledger) -> None:
    fill(settings, 3)
    published(settings, ledger, "run-1")
    write_lines(settings, recompute([lines(settings)[0], *lines(settings)[2:], lines(settings)[1]]))
    assert any("receipt" in one.what for one in audit_log.verify(settings).findings)


def test_going_back_to_an_earlier_version_is_logged(settings: Settings, ledger: Ledger) -> None:
    published(settings, ledger, "run-1")
    published(settings, ledger, "run-2")
    rollback(settings, ledger, PRODUCT)
    (entry,) = audit_log.entries(settings, act="published_rolled_back")
    caller = {"account": audit_log.operating_user()}
    assert entry.details == {"product": PRODUCT, "from_run": "run-2", "to_run": "run-1"} | caller
    assert audit_log.verify(settings, files_too=True).is_intact


def test_a_run_is_logged_from_its_opening_to_its_end(settings: Settings, tmp_path: Path) -> None:
    run = open_run(settings, extracts=tmp_path, as_of=AS_OF, held_by="process")
    close_run(run)
    close_run(run)
    told = [(entry.act, entry.details.get("run_id")) for entry in audit_log.entries(settings)]
    acts = ("run_opened", "zones_protected", "run_ended")
    assert told == [("log_opened", None), *((act, run.run_id) for act in acts)]


def test_a_run_that_cannot_be_logged_does_not_begin(settings: Settings, tmp_path: Path) -> None:
    open_ledger(settings)
    log_files(settings).log.mkdir()
    with pytest.raises(SetupError):
        open_run(settings, extracts=tmp_path, as_of=AS_OF, held_by="process")
    ledger = open_ledger(settings)
    assert ledger.query("select 1 from run") == ledger.query("select 1 from lock") == []


def test_after_an_incident_the_old_log_is_evidence_and_a_new_one_goes_on(
    settings: Settings, ledger: Ledger
) -> None:
    published(settings, ledger, "run-1")
    with pytest.raises(UsageError, match="verifies"):
        audit_log.reopen(settings, by="C. Guardian", reason="no reason at all")
    head = lines(settings)[-1]
    write_lines(settings, [lines(settings)[0], *lines(settings)[2:]])
    tampered = log_files(settings).log.read_bytes()
    closed = audit_log.reopen(settings, by="C. Guardian", reason="incident 12: an entry was removed")
    assert (closed / "log.jsonl").read_bytes() == tampered
    (opened,) = audit_log.entries(settings)
    assert (opened.act, opened.actor) == ("log_opened", "C. Guardian")
    assert opened.details["after_hash"] == json.loads(head)["hash"]
    published(settings, ledger, "run-2")
    found = audit_log.verify(settings, files_too=True)
    assert found.findings == (), "the receipt of the version from before is known by the ledger"
    assert any("put away" in notice for notice in found.notices)
