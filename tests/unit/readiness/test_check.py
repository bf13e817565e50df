"""``wsic check``: each line turns when one thing is taken away, and the home stays as it was to the byte."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeline import duck, warehouse
from pipeline.cli import app
from pipeline.errors import RunLockedError, SetupError
from pipeline.keys import load_keys
from pipeline.ledger.looked_at import LedgerLookedAt
from pipeline.run import lock, open_ledger, open_run
from pipeline.run.readiness import FAULT, GOOD, LOOK, Finding, arrivals, look_ahead, machine, protection
from pipeline.run.readiness.finding import Asked
from pipeline.settings import Settings, look_at_settings, unknown_names
from pipeline.zones import Zones

AS_OF = date(2026, 3, 31)
AIRFLOW = {"AIRFLOW_HOME": "airflow", **machine.telemetry_off()}


@dataclass
class Deployment:
    """A home after its first use, extracts that a night could take, and the environment of its scheduler."""

    settings: Settings
    extracts: Path
    environ: dict[str, str]

    @property
    def asked(self) -> Asked:
        ledger = LedgerLookedAt(Zones(self.settings.home).audit / "ledger.sqlite")
        return Asked(settings=self.settings, ledger=ledger, extracts=self.extracts, as_of=AS_OF)

    def findings(self) -> list[Finding]:
        asked = self.asked
        return [*protection.look(asked), *machine.look(asked, self.environ), *arrivals.look(asked)]

    def change(self, **settings: Any) -> None:
        self.settings = replace(self.settings, **settings)


@pytest.fixture
def _own_files() -> Iterator[None]:
    """Every command begins so: what it makes is its account's alone."""
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.fixture
def deployment(tmp_path: Path, _own_files: None) -> Deployment:
    extracts = tmp_path / "extracts"
    for source, sender in (("gp", "YGM01"), ("acute", "RYJ"), ("community", "RYX"), ("mental_health", "RV3"),
                           ("social_care", "LA005")):  # fmt: skip
        (extracts / source / sender / "2026-03-31").mkdir(parents=True)
        (extracts / source / sender / "2026-03-31" / "some.csv").write_text("nobody,here\n", encoding="utf-8")
    manifest = {"files": [{"name": "some.csv", "rows": 0}]}
    (extracts / "gp" / "YGM01" / "2026-03-31" / "manifest.json").write_text(
        json.dumps(manifest), encoding="utf-8"
    )
    (extracts / "opt_outs" / "2026-03-30").mkdir(parents=True)
    (extracts / "opt_outs" / "2026-03-30" / "reply.dat").write_text("", encoding="utf-8")
    for file in arrivals.reference.FORMAT.files:
        (extracts / "reference" / "2026-01-01").mkdir(parents=True, exist_ok=True)
        (extracts / "reference" / "2026-01-01" / file.name).write_text("x\n", encoding="utf-8")
    requesters = tmp_path / "requesters.toml"
    requesters.write_text("", encoding="utf-8")
    settings = Settings(
        home=tmp_path / "home", threads=1, memory_limit="1GB", requesters=requesters,
        feeds=tmp_path / "feeds.toml", fhir_servers=tmp_path / "servers.toml",
        volume_encryption="declared: asset register, entry twelve",
    )  # fmt: skip
    kept = open_ledger(settings)._take()
    assert kept is not None
    kept.close()  # as when its process ends: SQLite then folds its log into the file
    load_keys(settings)
    return Deployment(settings, extracts, dict(AIRFLOW))


def levels(found: list[Finding]) -> dict[str, str]:
    """Area -> the worst level of its findings."""
    order = (GOOD, LOOK, FAULT)
    worst: dict[str, str] = {}
    for one in found:
        worst[one.area] = max(worst.get(one.area, GOOD), one.level, key=order.index)
    return worst


def bytes_of(folder: Path) -> dict[str, tuple[int, int, int, str]]:
    """Every file and folder: mode, size, time of change and content."""
    found = {}
    for path in sorted([folder, *folder.rglob("*")]):
        state = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path)] = (state.st_mode, state.st_size, state.st_mtime_ns, content)
    return found


def test_a_sound_deployment_has_no_fault(deployment: Deployment) -> None:
    found = levels(deployment.findings())
    assert {area for area, level in found.items() if level == FAULT} == set()
    # A development key, and a key root of the file, are what development is; everything else is good.
    assert {area for area, level in found.items() if level == LOOK} <= {"keys", "dbt held back"}


def test_the_home_stays_as_it_was_to_the_byte(deployment: Deployment) -> None:
    (deployment.settings.home / "landing").chmod(0o755)  # what a night would close
    before = bytes_of(deployment.settings.home), bytes_of(deployment.extracts)
    assert levels(deployment.findings())["zones"] == LOOK
    assert (bytes_of(deployment.settings.home), bytes_of(deployment.extracts)) == before


def test_before_the_first_run_nothing_is_made(tmp_path: Path) -> None:
    environ = {"WSIC_HOME": str(tmp_path / "deep" / "home")}
    found = look_ahead(extracts=tmp_path / "nowhere", as_of=AS_OF, environ=environ)
    assert not (tmp_path / "deep").exists()
    assert {"home", "keys", "lock", "settings"} <= set(levels(found))
    assert levels(found)["extracts"] == levels(found)["opt-out reply"] == FAULT


def test_no_file_of_records_is_opened(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    real = Path.open

    def watched(path: Path, *arguments: Any, **named: Any) -> Any:
        opened.append(path.name)
        return real(path, *arguments, **named)

    monkeypatch.setattr(Path, "open", watched)
    list(arrivals.look(deployment.asked))
    assert "manifest.json" in opened  # or the watch would see nothing
    assert not {"some.csv", "reply.dat", "organisations.csv"} & set(opened)


Break = Callable[[Deployment, pytest.MonkeyPatch], object]


def raising(*_: object, **__: object) -> None:
    raise SetupError("it is not there; valid: that it is")


def age(deployment: Deployment, by_days: int) -> None:
    for folder in (deployment.extracts / "opt_outs").iterdir():
        folder.rename(folder.with_name((AS_OF - timedelta(days=by_days)).isoformat()))


def hold_the_lock(deployment: Deployment, patch: pytest.MonkeyPatch) -> None:
    ledger = open_ledger(deployment.settings)
    lock.acquire(deployment.settings, ledger, run_id="20260331-001", held_by="run")


def write_feeds(text: str) -> Break:
    return lambda deployment, patch: deployment.settings.feeds.write_text(text, encoding="utf-8")


STORE = (
    '[[feed]]\nname = "drop"\nsource = "acute"\nsender = "RYJ"\ntransport = "store"\nurl = "file:///nowhere"\n'
    'files = ["*.csv"]\ncredentials = "drop.toml"\n'
)
MESH = (
    '[[feed]]\nname = "post"\nsource = "acute"\nsender = "RYJ"\ntransport = "mesh"\nmailbox = "X26OT102"\n'
    'workflows = ["SOME_FLOW"]\nfrom_mailboxes = ["X26OT101"]\n'
)
SERVER = (
    '[[server]]\nname = "trust"\nsource = "acute"\nsender = "RYJ"\nurl = "https://fhir.example/r4"\n'
    'level = "system"\nclient_id = "wsic"\nkey = "trust.pem"\n'
)
# What is taken away, the line that has to turn, and how far.
BREAKS: dict[str, tuple[Break, str, str]] = {
    "home_is_a_file": (
        lambda d, p: d.change(home=d.extracts / "gp" / "YGM01" / "2026-03-31" / "some.csv"), "home", FAULT),
    "link_out_of_a_zone": (
        lambda d, p: (d.settings.home / "landing" / "x").symlink_to(d.extracts), "zones", FAULT),
    "zone_open_to_others": (lambda d, p: (d.settings.home / "audit").chmod(0o755), "zones", LOOK),
    "encryption_not_declared": (lambda d, p: d.change(volume_encryption=""), "encryption", LOOK),
    "declaration_in_no_form": (lambda d, p: d.change(volume_encryption="yes"), "protection", FAULT),
    "warehouse_user_unknown": (lambda d, p: d.change(warehouse_user="no-such-user"), "protection", FAULT),
    "key_open_to_others": (lambda d, p: (d.settings.home / "keys" / "root.key").chmod(0o644), "keys", FAULT),
    "register_of_keys_damaged": (
        lambda d, p: (d.settings.home / "keys" / "versions.json").write_text("{}"), "keys", FAULT),
    "development_key_in_production": (lambda d, p: d.change(env="production"), "keys", FAULT),
    "no_audit_copy_in_production": (lambda d, p: d.change(env="production"), "audit copy", FAULT),
    "audit_copy_not_mounted": (lambda d, p: d.change(audit_copy="/nowhere/copy"), "audit copy", FAULT),
    "lock_is_held": (hold_the_lock, "lock", FAULT),
    "no_such_group": (lambda d, p: d.change(direct_care_group="no-such"), "readers of direct_care", FAULT),
    "no_requesters": (lambda d, p: d.settings.requesters.unlink(), "requesters", LOOK),
    "requesters_open_to_others": (lambda d, p: d.settings.requesters.chmod(0o666), "requesters", FAULT),
    "python_too_old": (lambda d, p: p.setattr(machine, "OLDEST_PYTHON", (9, 9)), "Python", FAULT),
    "package_missing": (
        lambda d, p: p.setattr(machine, "requires", lambda name: ["no-such-package>=1"]), "packages", FAULT),
    "dbt_missing": (lambda d, p: p.setattr(warehouse, "require_installed", raising), "dbt", FAULT),
    "memory_limit_in_no_form": (lambda d, p: d.change(memory_limit="lots"), "DuckDB", FAULT),
    "extension_missing": (lambda d, p: p.setattr(duck, "_httpfs", raising), "DuckDB", FAULT),
    "memory_beyond_the_machine": (
        lambda d, p: p.setattr(machine, "memory_there", lambda: 10**8), "memory", FAULT),
    "disk_too_small": (lambda d, p: p.setattr(machine, "AT_LEAST", 10**18), "disk", FAULT),
    "zone_of_time_unknown": (lambda d, p: p.setattr(duck, "TIME_ZONE", "Europe/Nowhere"), "clock", FAULT),
    "telemetry_in_airflow": (lambda d, p: d.environ.pop("SCARF_ANALYTICS"), "calls home", FAULT),
    "telemetry_elsewhere": (lambda d, p: d.environ.clear(), "calls home", LOOK),
    "no_extracts": (lambda d, p: setattr(d, "extracts", d.extracts / "nowhere"), "extracts", FAULT),
    "unknown_source_folder": (lambda d, p: (d.extracts / "gpp").mkdir(), "extracts", FAULT),
    "source_not_sent": (
        lambda d, p: (d.extracts / "social_care").rename(d.extracts / ".social_care"), "extracts", LOOK),
    "expected_source_unknown": (lambda d, p: d.change(expected_sources="gp dentists"), "extracts", FAULT),
    "manifest_unreadable": (
        lambda d, p: (d.extracts / "gp/YGM01/2026-03-31/manifest.json").write_text("{"), "manifest", LOOK),
    "manifest_names_a_lost_file": (
        lambda d, p: (d.extracts / "gp/YGM01/2026-03-31/some.csv").unlink(), "manifest", LOOK),
    "reference_missing": (
        lambda d, p: (d.extracts / "reference/2026-01-01/organisations.csv").unlink(), "reference", LOOK),
    "reference_old": (
        lambda d, p: (d.extracts / "reference/2026-01-01").rename(d.extracts / "reference/2024-01-01"),
        "reference", LOOK),
    "no_reply": (
        lambda d, p: (d.extracts / "opt_outs/2026-03-30/reply.dat").unlink(), "opt-out reply", FAULT),
    "reply_lapsed": (lambda d, p: age(d, 22), "opt-out reply", FAULT),
    "mesh_without_secrets": (lambda d, p: d.change(mesh_url="https://mesh.example"), "MESH", FAULT),
    "feeds_not_toml": (write_feeds("[["), "fetching", FAULT),
    "store_without_credentials": (write_feeds(STORE), "fetching from drop", FAULT),
    "mailbox_without_secrets": (write_feeds(MESH), "fetching from mesh-x26ot102", FAULT),
    "server_without_key": (
        lambda d, p: d.settings.fhir_servers.write_text(SERVER), "fetching from trust", FAULT),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_taken_away_is_named(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    break_it, area, level = BREAKS[name]
    break_it(deployment, monkeypatch)
    told = [one for one in deployment.findings() if one.area == area and one.level == level]
    assert told
    assert all(one.found and one.why and one.valid for one in told)


def test_every_line_has_something_that_turns_it(deployment: Deployment) -> None:
    broken = {area for _, area, _ in BREAKS.values()}
    assert {one.area for one in deployment.findings()} <= broken


# --- settings ----------------------------------------------------------------------------------------------


def test_every_setting_that_cannot_be_used_is_named_at_once() -> None:
    wrong = {
        "WSIC_ENV": "playground",
        "WSIC_THREADS": "0",
        "WSIC_FILE_REFUSED_ABOVE": "20",
        "WSIC_KEEP_VERSIONS": "x",
    }
    settings, faults = look_at_settings(wrong)
    assert settings == Settings()
    assert {fault.split()[0] for fault in faults} == {
        "WSIC_ENV",
        "WSIC_THREADS",
        "WSIC_FILE_REFUSED_ABOVE",
        "setting",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [("threads = ", "is not TOML"), ("thread = 2", "setting 'thread' is not known"), (None, "is not there")],
)
def test_a_settings_file_that_cannot_be_used_is_a_fault(tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "wsic.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    _, (fault,) = look_at_settings({"WSIC_CONFIG": str(path)})
    assert said in fault


def test_a_misspelt_name_is_told_with_what_it_may_have_been() -> None:
    assert unknown_names({"WSIC_ENVIRONMENT": "production", "WSIC_MESH_PASSWORD_X26": "x", "PATH": "y"}) == [
        "WSIC_ENVIRONMENT is no setting; valid: WSIC_ENV"
    ]


def test_a_night_refuses_a_name_that_nothing_reads(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WSIC_ENVIRONMENT", "production")
    with pytest.raises(SetupError, match="WSIC_ENVIRONMENT is no setting"):
        open_run(deployment.settings, extracts=deployment.extracts, as_of=AS_OF)


# --- the lock ----------------------------------------------------------------------------------------------


def test_a_lock_is_told_as_a_run_would_be(deployment: Deployment) -> None:
    ledger, looked_at = open_ledger(deployment.settings), deployment.asked.ledger
    assert lock.look(deployment.settings, looked_at) == ""
    lock.acquire(deployment.settings, ledger, run_id="20260331-001", held_by="process")
    said = lock.look(deployment.settings, looked_at)
    with pytest.raises(RunLockedError, match="20260331-001"):
        lock.acquire(deployment.settings, ledger, run_id="20260331-002", held_by="process")
    lock.release(deployment.settings, ledger, run_id="20260331-001")
    assert "20260331-001 holds the lock" in said
    assert lock.look(deployment.settings, deployment.asked.ledger) == ""


# --- the command -------------------------------------------------------------------------------------------


@pytest.fixture
def called(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., tuple[int, str]]]:
    for name in [name for name in os.environ if name.startswith("WSIC_")]:
        monkeypatch.delenv(name)
    settings = deployment.settings
    for name in ("home", "requesters", "feeds", "fhir_servers", "volume_encryption"):
        monkeypatch.setenv(f"WSIC_{name.upper()}", str(getattr(settings, name)))

    def call(*arguments: str) -> tuple[int, str]:
        words = ["check", "--extracts", str(deployment.extracts), "--as-of", str(AS_OF), *arguments]
        done = CliRunner().invoke(app, words)
        return done.exit_code, done.output

    yield call


def test_the_command_ends_with_5_where_a_night_would_fail(
    called: Callable[..., tuple[int, str]], deployment: Deployment
) -> None:
    code, said = called("--json")
    assert code == 0 and json.loads(said)["fault"] == 0
    (deployment.settings.home / "keys" / "root.key").chmod(0o644)
    code, said = called()
    assert code == 5
    assert said.startswith("fault  keys:") and "1 faults" in said


def test_a_ledger_of_a_later_version_is_a_fault_and_stays_as_it_is(deployment: Deployment) -> None:
    ledger = open_ledger(deployment.settings)
    with ledger.transaction() as connection:
        connection.execute("create table cohort (a integer)")
        connection.execute("pragma user_version = 1")
    before = ledger.path.read_bytes()
    environ = {**deployment.environ, "WSIC_HOME": str(deployment.settings.home)}
    found = {one.area: one for one in look_ahead(extracts=deployment.extracts, as_of=AS_OF, environ=environ)}
    assert found["ledger"].level == FAULT
    assert "table cohort" in found["ledger"].found and "that version" in found["ledger"].valid
    assert "clock" in found  # the rest is looked at all the same
    assert ledger.path.read_bytes() == before
