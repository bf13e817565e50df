"""Opening a run: its id, what is refused before anything is written, finding it again."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import SetupError, UsageError
from pipeline.ledger import Ledger
from pipeline.run import close_run, open_run, resume_run, scheduled
from pipeline.settings import Settings, load_settings

NIGHT = date(2026, 3, 31)


def test_run_ids_count_up_within_a_night(settings: Settings, ledger: Ledger) -> None:
    ids = []
    for night in (NIGHT, NIGHT, date(2026, 4, 1)):
        run = open_run(settings, extracts=settings.extracts, as_of=night, held_by="process")
        close_run(run)
        ids.append(run.run_id)
    assert ids == ["20260331-001", "20260331-002", "20260401-001"]


def test_a_run_is_found_again_by_its_id(settings: Settings, ledger: Ledger) -> None:
    run = open_run(settings, extracts=settings.extracts, as_of=NIGHT, source="gp", held_by="run")
    again = resume_run(run.run_id, settings)
    assert (again.run_id, again.as_of, again.source) == (run.run_id, NIGHT, "gp")
    assert again.extracts == settings.extracts.absolute()
    close_run(again)
    assert ledger.query("select * from lock") == []


def test_extracts_that_are_no_folder_are_refused_before_the_lock_is_taken(
    settings: Settings, ledger: Ledger
) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        open_run(settings, extracts=settings.extracts / "nowhere", as_of=NIGHT)
    assert ledger.query("select * from lock") == ledger.query("select * from run") == []


def test_keys_that_cannot_be_used_give_the_lock_back(settings: Settings, ledger: Ledger) -> None:
    """A production deployment without its key must not block the next attempt."""
    production = dataclasses.replace(settings, env="production")
    with pytest.raises(SetupError, match="root key"):
        open_run(production, extracts=settings.extracts, as_of=NIGHT, held_by="run")
    assert ledger.query("select * from lock") == ledger.query("select * from run") == []


def test_a_run_names_its_keys_by_public_id_and_its_code(settings: Settings, ledger: Ledger) -> None:
    close_run(open_run(settings, extracts=settings.extracts, as_of=NIGHT, held_by="process"))
    row = ledger.query("select key_ids, code_version from run")[0]
    root = (settings.home / "keys" / "root.key").read_text().split('"')[3]
    assert "product:secondary_use=" in row["key_ids"]
    assert root not in row["key_ids"]
    assert row["code_version"].startswith("0.")


def test_a_run_that_nobody_opened_is_not_found(settings: Settings, ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="wsic runs"):
        resume_run("20200101-001", settings)


def test_a_scheduler_reaches_the_steps_and_nothing_else() -> None:
    for call in (
        lambda: scheduled.step("resume_run", "x"),
        lambda: scheduled.product_step("link", "x", "open"),
    ):
        with pytest.raises(UsageError, match="valid: "):
            call()


def test_who_may_hold_the_lock_is_a_closed_list(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="valid: process, run"):
        load_settings({"WSIC_LOCK_HELD_BY": "nobody", "WSIC_CONFIG": str(tmp_path / "none.toml")})
