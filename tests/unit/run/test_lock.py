"""One run at a time, and what becomes of the lock when its holder dies."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline import clock
from pipeline.errors import RunLockedError
from pipeline.ledger import Ledger
from pipeline.run import lock
from pipeline.settings import Settings

ROOT = Path(__file__).parent.parent.parent.parent
HOLD = """
import os, sys
from pathlib import Path
from pipeline.run import lock, open_ledger
from pipeline.settings import Settings
settings = Settings(home=Path(sys.argv[1]))
lock.acquire(settings, open_ledger(settings), run_id="20260330-001", held_by="process")
print("held", flush=True)
sys.stdin.readline()
os._exit(9)  # dies without giving anything back
"""


@pytest.fixture
def other_process(settings: Settings, ledger: Ledger) -> subprocess.Popen[str]:
    """Another process that holds the lock until its stdin is closed, and then dies."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(settings.home)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout and process.stdout.readline() == "held\n"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    process.communicate("\n")
    assert process.returncode == 9


def test_the_lock_is_free_after_release(settings: Settings, ledger: Ledger) -> None:
    for run_id in ("20260331-001", "20260331-002"):
        assert lock.acquire(settings, ledger, run_id=run_id, held_by="process") == ""
        lock.release(settings, ledger, run_id=run_id)
    assert ledger.query("select * from lock") == []


def test_a_second_run_is_refused_and_told_who_holds_the_lock(
    settings: Settings, ledger: Ledger, other_process: subprocess.Popen[str]
) -> None:
    with pytest.raises(RunLockedError) as refused:
        lock.acquire(settings, ledger, run_id="20260331-001", held_by="process")
    kill(other_process)
    assert "run 20260330-001" in str(refused.value)
    assert f"process {other_process.pid}" in str(refused.value)
    assert refused.value.exit_code == 6


def test_the_same_process_cannot_hold_it_twice(settings: Settings, ledger: Ledger) -> None:
    lock.acquire(settings, ledger, run_id="20260331-001", held_by="process")
    with pytest.raises(RunLockedError, match="20260331-001"):
        lock.acquire(settings, ledger, run_id="20260331-002", held_by="process")
    lock.release(settings, ledger, run_id="20260331-001")


def test_the_lock_of_a_dead_process_is_taken_over_and_its_run_marked_failed(
    settings: Settings, ledger: Ledger, other_process: subprocess.Popen[str]
) -> None:
    put_run(ledger, "20260330-001")
    kill(other_process)
    assert lock.acquire(settings, ledger, run_id="20260331-001", held_by="process") == "20260330-001"
    lock.release(settings, ledger, run_id="20260331-001")
    assert [row["outcome"] for row in ledger.query("select outcome from run")] == ["failed"]


def test_a_lock_held_by_a_run_outlives_the_process_that_took_it(settings: Settings, ledger: Ledger) -> None:
    lock.acquire(settings, ledger, run_id="20260331-001", held_by="run")
    with pytest.raises(RunLockedError, match="a scheduler"):
        lock.acquire(settings, ledger, run_id="20260331-002", held_by="process")
    lock.release(settings, ledger, run_id="20260331-001")


@pytest.mark.parametrize(("hours", "is_taken"), [(11, False), (13, True)])
def test_a_lock_held_by_a_run_is_lost_after_hours_without_a_sign_of_life(
    settings: Settings, ledger: Ledger, hours: int, is_taken: bool
) -> None:
    settings = dataclasses.replace(settings, lock_stale_hours=12)
    lock.acquire(settings, ledger, run_id="20260331-001", held_by="run")
    long_ago = (clock.moment() - timedelta(days=3)).isoformat(timespec="seconds")
    last_sign = (clock.moment() - timedelta(hours=hours)).isoformat(timespec="seconds")
    with ledger.transaction() as connection:
        connection.execute("update lock set acquired_at = ?", (long_ago,))
    row = {
        "run_id": "20260331-001",
        "step": "link",
        "subject": "",
        "started_at": last_sign,
        "outcome": "running",
    }
    ledger.put("step", [row])
    if is_taken:
        assert lock.acquire(settings, ledger, run_id="20260331-002", held_by="run") == "20260331-001"
    else:
        with pytest.raises(RunLockedError):
            lock.acquire(settings, ledger, run_id="20260331-002", held_by="run")


def test_only_the_holder_can_give_the_lock_back(settings: Settings, ledger: Ledger) -> None:
    lock.acquire(settings, ledger, run_id="20260331-001", held_by="run")
    lock.release(settings, ledger, run_id="20260331-999")
    assert [row["run_id"] for row in ledger.query("select run_id from lock")] == ["20260331-001"]


def put_run(ledger: Ledger, run_id: str) -> None:
    row = {"run_id": run_id, "as_of": "2026-03-30", "started_at": "2026-03-31T02:00:00+00:00"}
    ledger.put("run", [row | {"outcome": "running", "code_version": "test"}])
