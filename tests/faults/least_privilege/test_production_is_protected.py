"""What production refuses to run on, and what a declaration must say."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline import audit_log, least_privilege
from pipeline.errors import SetupError
from pipeline.least_privilege import MUST_BE_ENCRYPTED, describe, require
from pipeline.least_privilege import protection as room
from pipeline.run import close_run, open_run
from pipeline.settings import Settings
from tests.unit.least_privilege.planted_machine import Planted

NIGHT = date(2026, 3, 31)
DECLARED = "declared: register of assets, entry 12"
ROOT = Path(__file__).parents[3]
LUKS = "CRYPT-LUKS2-0f3b-wsic"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(room.landlock, "version", lambda: 7)  # whatever this machine has
    (tmp_path / "extracts").mkdir()
    return Settings(home=tmp_path / "home", extracts=tmp_path / "extracts", env="production")


@pytest.fixture
def plain(tmp_path: Path) -> Planted:
    """A machine whose only disk is not encrypted."""
    planted = Planted(tmp_path / "machine")
    planted.device("sda", "8:0")
    planted.device("dm-0", "253:0", dm=LUKS, on=("sda",))
    planted.mount("/", "8:0")
    return planted


def test_production_on_a_plain_disk_is_refused_and_development_says_so(settings, plain) -> None:
    with pytest.raises(SetupError, match="landing, fhir, quarantine, identity, keys, audit"):
        require(settings, plain.machine)
    found = require(replace(settings, env="development"), plain.machine)
    assert found.unseen == ("landing", "fhir", "quarantine", "identity", "keys", "audit")
    assert not found.is_encrypted


def test_production_on_an_encrypted_volume_runs(settings, plain, tmp_path) -> None:
    plain.mount(tmp_path, "253:0")
    found = require(settings, plain.machine)
    assert (found.is_encrypted, found.unseen) == (True, ())
    assert {zone.encrypted_by for zone in found.zones} == {"dm-crypt LUKS2"}


@pytest.mark.parametrize("zone", MUST_BE_ENCRYPTED)
def test_one_zone_on_a_plain_volume_is_enough_to_refuse(settings, plain, tmp_path, zone) -> None:
    plain.mount(tmp_path, "253:0")
    (settings.home / zone).mkdir(parents=True)
    plain.mount(settings.home / zone, "8:0")
    with pytest.raises(SetupError, match=f"encrypted at rest: {zone} "):
        require(settings, plain.machine)


def test_plain_swap_is_enough_to_refuse(settings, plain, tmp_path) -> None:
    plain.mount(tmp_path, "253:0")
    plain.swap("/dev/sda")
    with pytest.raises(SetupError, match="encrypted at rest: swap "):
        require(settings, plain.machine)


def test_a_declaration_is_taken_and_kept_as_evidence(settings, plain) -> None:
    found = require(replace(settings, volume_encryption=DECLARED), plain.machine)
    assert found.declared == "register of assets, entry 12"
    assert found.is_encrypted
    assert found.unseen  # what the machine sees is still said


@pytest.mark.parametrize(
    "text", ["yes", "declared:", "declared: x", "declared: " + "y" * 300, "Declared: no. 12"]
)
def test_a_declaration_without_its_evidence_is_refused(settings, plain, text) -> None:
    with pytest.raises(SetupError, match="WSIC_VOLUME_ENCRYPTION"):
        require(replace(settings, volume_encryption=text), plain.machine)


def test_a_declaration_may_hold_nothing_that_the_audit_log_may_not(settings, plain) -> None:
    with pytest.raises(SetupError, match="looks like an NHS number"):
        require(replace(settings, volume_encryption="declared: ticket 9990000018"), plain.machine)


def test_production_without_anything_to_hold_dbt_back_is_refused(settings, plain, monkeypatch) -> None:
    monkeypatch.setattr(room.landlock, "version", lambda: 0)
    declared = replace(settings, volume_encryption=DECLARED)
    with pytest.raises(SetupError, match="no Landlock"):
        require(declared, plain.machine)
    assert not require(replace(declared, env="development"), plain.machine).is_dbt_held_back
    if os.geteuid() == 0:
        monkeypatch.setattr(room, "require_startable", lambda account: None)
        assert require(replace(declared, warehouse_user="60123"), plain.machine).is_dbt_held_back


@pytest.mark.parametrize("name", ["no-such-account", "0", str(os.geteuid())])
def test_an_account_for_dbt_that_is_none_or_no_other_is_refused(settings, plain, name) -> None:
    with pytest.raises(SetupError, match="WSIC_WAREHOUSE_USER"):
        require(replace(settings, env="development", warehouse_user=name), plain.machine)


def test_an_account_that_cannot_be_taken_on_is_refused_before_the_night(settings, plain, monkeypatch) -> None:
    monkeypatch.setattr("pipeline.least_privilege.confined.may_become_others", lambda: False)
    with pytest.raises(SetupError, match="CAP_SETUID"):
        require(replace(settings, env="development", warehouse_user="60123"), plain.machine)


def test_a_home_inside_the_installation_is_refused(settings, plain) -> None:
    inside = Path(sys.prefix) / "data"
    with pytest.raises(SetupError, match="valid: a folder that holds neither Python nor the system"):
        require(replace(settings, env="development", home=inside), plain.machine)


def test_an_opened_run_asks(settings, plain, monkeypatch) -> None:
    """What is refused is refused before the run stands in the ledger, and the lock is given back."""
    monkeypatch.setattr(room, "Machine", lambda: plain.machine)
    monkeypatch.setenv("WSIC_ROOT_KEY", "5e" * 32)
    with pytest.raises(SetupError, match="random 256-bit key"):  # 5e… is none
        open_run(settings, extracts=settings.extracts, as_of=NIGHT, held_by="process")
    monkeypatch.setenv("WSIC_ROOT_KEY", "9f0c4b7be2a61d58c3e7f1a90b52d6843cfe8a17d05b69e2f4a3817c6d0e5b92")
    with pytest.raises(SetupError, match="encrypted at rest"):
        open_run(settings, extracts=settings.extracts, as_of=NIGHT, held_by="process")
    (settings.extracts.parent / "elsewhere").mkdir()
    declared = replace(
        settings, volume_encryption=DECLARED, audit_copy=str(settings.extracts.parent / "elsewhere")
    )
    run = open_run(declared, extracts=settings.extracts, as_of=NIGHT, held_by="process")
    close_run(run)
    assert run.run_id == "20260331-001"
    (entry,) = audit_log.entries(declared, act="zones_protected")
    assert entry.details["evidence"] == "register of assets, entry 12"
    assert entry.details["encryption"] == "declared"
    rows = run.ledger.query(
        "select rule_id, rows_failed from rule_result where suite = 'least_privilege' order by rule_id"
    )
    assert [(row["rule_id"], row["rows_failed"]) for row in rows] == [
        ("dbt_held_back", 0), ("encrypted_at_rest", 0), ("zones_closed_to_others", 0)
    ]  # fmt: skip


def test_the_command_ends_with_5(tmp_path: Path) -> None:
    """The whole way, on this machine as it is."""
    (tmp_path / "extracts").mkdir()
    environ = {
        **os.environ, "PYTHONPATH": str(ROOT), "WSIC_HOME": str(tmp_path / "home"), "WSIC_ENV": "production",
        "WSIC_ROOT_KEY": "9f0c4b7be2a61d58c3e7f1a90b52d6843cfe8a17d05b69e2f4a3817c6d0e5b92",
        "WSIC_VOLUME_ENCRYPTION": "trust me",
    }  # fmt: skip
    command = [sys.executable, "-m", "pipeline.cli", "run", "--extracts", str(tmp_path / "extracts")]
    done = subprocess.run(
        [*command, "--as-of", str(NIGHT)],
        env=environ,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 5, done.stderr
    assert "valid: empty, or 'declared:" in done.stderr


def test_what_is_described_is_what_is_there(settings, plain) -> None:
    """The information governance report prints this."""
    before = describe(settings, plain.machine)
    assert {(zone.owner, zone.mode) for zone in before.zones} == {("", "")}
    assert not settings.home.exists()  # describing makes nothing
    development = replace(settings, env="development", secondary_use_group="0")
    close_run(open_run(development, extracts=settings.extracts, as_of=NIGHT, held_by="process"))
    found = describe(development)
    owners = {zone.owner for zone in found.zones}
    assert owners == {found.pipeline_user}
    modes = {zone.name: zone.mode for zone in found.zones if zone.is_identifiable}
    assert modes == dict.fromkeys(("landing", "fhir", "quarantine", "identity"), "0700")
    assert found.readers == {"direct_care": least_privilege.EVERY_ACCOUNT, "secondary_use": "group 0"}
