"""An export that somebody may not have is refused before a byte is written; the log says by which rule."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline import audit_log
from pipeline.errors import ChecksRefusedError, SetupError, UsageError
from pipeline.identity import leave_out_withheld
from pipeline.run import open_ledger
from pipeline.run.exporting.request import ExportRefusedError
from pipeline.settings import Settings
from tests.export_desk import export, land, permit, tables

DAY = date(2026, 3, 30)


def patient(key: str, family: str) -> str:
    return json.dumps({"resourceType": "Patient", "id": key, "birthDate": "1980-02-03",
                       "name": [{"family": family}]})  # fmt: skip


def send(extracts: Path, day: date, name: str, *lines: str) -> None:
    folder = extracts / "acute" / "X04" / day.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A deployment with one feed landed, that permits exports."""
    found = permit(Settings(home=tmp_path / "home"), tmp_path)
    send(tmp_path / "extracts", DAY, "Patient.ndjson", patient("a", "Ash"), patient("b", "Birch"))
    land(tmp_path / "extracts", found, as_of=DAY, run_id="20260330-001")
    return found


@pytest.mark.parametrize(
    ("rule", "asked"),
    [
        ("purpose_not_allowed", {"purpose": "research"}),
        ("purpose_not_allowed", {"purpose": "direct_care"}),
        ("unreasoned", {"reason": "test"}),
        ("unreasoned", {"reason": "for the patient 999 000 0018 and others"}),
        ("not_authorised", {"requester": "B. Clerk"}),
        ("wrong_organisation", {"organisation": "RYJ"}),
        ("no_changes_for_others", {"purpose": "export_direct_care", "since": DAY}),
        ("target_not_permitted", {"out": Path("elsewhere")}),
    ],
)
def test_a_request_is_refused_by_its_rule_and_nothing_is_written(
    settings: Settings, rule: str, asked: dict[str, Any]
) -> None:
    if "out" in asked:
        asked = {"out": Path(settings.export_folder).with_name("beside") / "x"}
    with pytest.raises(ExportRefusedError) as refused:
        export(settings, **asked)
    assert refused.value.rule == rule
    assert list(Path(settings.export_folder).iterdir()) == []
    last = [entry for entry in audit_log.entries(settings) if entry.act.startswith("export")]
    assert [entry.act for entry in last] == ["export_asked", "export_refused"]
    assert last[-1].details["rule"] == rule
    assert "999" not in json.dumps(last[0].details.get("reason", ""))


def test_an_authorisation_that_has_ended_lets_nobody_export(settings: Settings, tmp_path: Path) -> None:
    ended = permit(settings, tmp_path, until=date(2021, 1, 1))
    with pytest.raises(ExportRefusedError, match="authorisation_expired"):
        export(ended)


@pytest.mark.parametrize("zone", ["published", "published/direct_care", "fhir"])
def test_no_zone_takes_an_export_even_where_the_settings_name_it(settings: Settings, zone: str) -> None:
    inside = settings.home / zone
    inside.mkdir(parents=True, exist_ok=True)
    inside.chmod(0o700)
    with pytest.raises(ExportRefusedError, match="target_in_zone"):
        export(replace(settings, export_folder=str(inside)))


def test_a_link_leads_nowhere_else(settings: Settings) -> None:
    (Path(settings.export_folder) / "out").symlink_to(settings.home / "published")
    with pytest.raises(ExportRefusedError):
        export(settings, out=Path(settings.export_folder) / "out" / "x")


def test_an_export_is_never_written_over(settings: Settings) -> None:
    done = export(settings)
    before = {path: path.read_bytes() for path in done.folder.rglob("*.ndjson")}
    with pytest.raises(ExportRefusedError, match="target_exists"):
        export(settings)
    assert {path: path.read_bytes() for path in done.folder.rglob("*.ndjson")} == before


@pytest.mark.parametrize(("mode", "said"), [(0o750, "open to others"), (0o707, "open to others")])
def test_a_folder_that_others_may_read_takes_none(settings: Settings, mode: int, said: str) -> None:
    Path(settings.export_folder).chmod(mode)
    with pytest.raises(SetupError, match=said):
        export(settings)


def test_without_a_folder_in_the_settings_nobody_exports(settings: Settings) -> None:
    with pytest.raises(SetupError, match="export_folder"):
        export(replace(settings, export_folder=""), out=Path(settings.export_folder) / "x")


def test_for_another_s_care_a_night_must_have_decided(settings: Settings) -> None:
    with pytest.raises(ChecksRefusedError, match="has not decided"):
        export(settings, purpose="export_direct_care")
    assert list(Path(settings.export_folder).iterdir()) == []
    assert audit_log.verify(settings).is_intact


def test_a_decision_of_another_night_is_none(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ChecksRefusedError, match="has not decided"):
        leave_out_withheld(settings, tmp_path, product="direct_care", run_id="20260101-001")


def test_a_write_that_fails_leaves_nothing_and_is_logged(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise SetupError("the disk is full")

    monkeypatch.setattr("pipeline.landing.export.make.write_manifest", fail)
    with pytest.raises(SetupError):
        export(settings)
    assert list(Path(settings.export_folder).iterdir()) == []
    assert [entry.act for entry in audit_log.entries(settings)][-1] == "act_failed"


def test_nothing_is_exported_before_a_night(tmp_path: Path) -> None:
    empty = permit(Settings(home=tmp_path / "home"), tmp_path)
    open_ledger(empty)
    with pytest.raises(UsageError, match="nothing was landed"):
        export(empty)


def test_what_changed_since_a_night_brings_another_deployment_up_to_it(
    settings: Settings, tmp_path: Path
) -> None:
    """New and other records, and a Bundle of what is gone; the other one then has the same tables."""
    other, extracts, later = Settings(home=tmp_path / "other"), tmp_path / "extracts", date(2026, 3, 31)
    land(export(settings).folder, other, as_of=later, run_id="20260331-001")
    gone = {"resourceType": "Bundle", "type": "transaction",
            "entry": [{"request": {"method": "DELETE", "url": "Patient/b"}}]}  # fmt: skip
    send(extracts, later, "Patient.ndjson", patient("a", "Alder"), patient("c", "Cedar"))
    send(extracts, later, "Bundle.ndjson", json.dumps(gone))
    land(extracts, settings, as_of=later, run_id="20260331-001")
    changes = export(settings, "changes", since="20260330-001")
    assert (changes.records, changes.deletions) == (2, 1)
    land(changes.folder, other, as_of=later, run_id="20260331-002")
    assert _names(other) == _names(settings) == {"a": "Alder", "c": "Cedar"}


def _names(settings: Settings) -> dict[str, str]:
    import duckdb

    (path,) = tables(settings.home).values()
    return dict(duckdb.execute("select id, name[1].family from read_parquet(?)", [str(path)]).fetchall())
