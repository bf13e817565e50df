"""Ctrl-C and SIGTERM in a night: it ends at once and says what is left, and the same command goes on."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.ledger import Ledger
from pipeline.ledger.looked_at import LedgerLookedAt
from pipeline.run import lock
from pipeline.settings import OPEN_PRODUCT, PRODUCTS, Settings
from tests.bad_nights import ROOT
from tests.product_contents import tables

SERVED = (*PRODUCTS, OPEN_PRODUCT)
INT, TERM = signal.SIGINT, signal.SIGTERM
# The moments of a night, in its order: the step that runs, of what, for how long already, and the signal.
LANDING = ("land_feed", "", 0.3, INT)
FEW = (LANDING, ("build", PRODUCTS[0], 4.0, TERM))
ALL = (
    ("list_feeds", "", 0.0, INT), ("land_feed", "", 1.0, TERM), ("check_arrivals", "", 0.5, INT),
    ("link", "", 0.2, TERM), ("link", "", 1.0, INT), ("apply_opt_outs", "", 0.0, INT),
    ("pseudonymise", PRODUCTS[0], 0.5, INT), ("build", PRODUCTS[0], 8.0, INT),
    ("check_product", PRODUCTS[0], 1.0, INT), ("publish", PRODUCTS[0], 0.1, TERM),
    ("publish", PRODUCTS[1], 0.5, INT), ("publish", OPEN_PRODUCT, 0.3, INT),
    ("report_governance", "", 0.0, TERM),
)  # fmt: skip
OF_RUNS = ("audit.", "quality.rule_result", "quality.feed_coverage", "meta.")  # they tell of every run
OF_THIS_RUN = "where run_id = (select max(run_id) from {0})"


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that was interrupted: what it said, how, and after how many seconds."""

    code: int
    out: str
    err: str
    seconds: float


def begin(extracts: Path, home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "run", "--extracts", str(extracts), "--as-of", "2026-03-31",
         "--json"],
        cwd=ROOT, env={**os.environ, "WSIC_HOME": str(home)}, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(INT, signal.default_int_handler),  # a background job ignores it
    )  # fmt: skip


def interrupt(extracts: Path, home: Path, step: str, subject: str, after: float, signum: int) -> Ended:
    process = begin(extracts, home)
    wait_until(process, home, step, subject)
    time.sleep(after)
    process.send_signal(signum)
    began = time.monotonic()
    out, err = process.communicate(timeout=120)
    return Ended(process.returncode, out, err, time.monotonic() - began)


def wait_until(process: subprocess.Popen[str], home: Path, step: str, subject: str) -> None:
    """Until the step has begun in this run, be it over already."""
    statement = (
        "select 1 from step where step = ? and subject like ?"
        " and run_id = (select run_id from run where outcome = 'running')"
    )
    while process.poll() is None:
        try:
            ledger = LedgerLookedAt(home / "audit" / "ledger.sqlite")
            if ledger.query(statement, (step, f"{subject}%")):
                return
        except sqlite3.Error:
            pass  # it is just being made
        time.sleep(0.02)
    pytest.fail(f"the run ended before {step} {subject}: {process.communicate()[1]}")


def still_at_work(home: Path) -> list[str]:
    """Processes that were told of the home, such as a dbt."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [path.parent.name] if str(home) in path.read_bytes().decode("latin-1") else []
        except OSError:
            continue
    return found


def require_left_whole(home: Path, ended: Ended, signum: int) -> None:
    """What an interrupted run must leave: one line, no lock, nothing running, whole versions only."""
    assert ended.code == 128 + signum, ended.err
    assert ended.out == ""
    (line,) = ended.err.splitlines()
    ledger = Ledger(home / "audit" / "ledger.sqlite")
    (latest,) = ledger.query("select * from run order by run_id desc limit 1")
    assert line.startswith(
        f"wsic: interrupted ({signal.Signals(signum).name}): run {latest['run_id']} is closed"
    )
    assert "the same command goes on" in line
    assert latest["ended_at"]
    assert lock.look(Settings(home=home), ledger) == ""
    assert ledger.query("select * from lock") == []
    assert ledger.query("select * from step where outcome = 'running'") == []
    assert still_at_work(home) == []
    for product in SERVED:
        require_whole_versions(home / "published" / product)


def require_whole_versions(shelf: Path) -> None:
    for version in (shelf / "versions").glob("*.duckdb"):
        with duckdb.connect(str(version), read_only=True) as connection:
            assert tables(connection)
        assert version.with_suffix("").is_dir() or (shelf / "parquet").is_dir()
    current = shelf / "current.duckdb"
    assert current.exists() or not current.is_symlink()  # it never leads to nothing


def counts(database: Path) -> dict[str, Any]:
    """Rows by table, without the tables that tell of runs; of a row a run, those of the last."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return {
            name: connection.execute(
                f"select count(*) from {name} {_of_this_run(connection, name)}"
            ).fetchone()
            for name in tables(connection)
            if not name.startswith(OF_RUNS)
        }


def _of_this_run(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    columns = {row[0] for row in connection.execute(f"describe {table}").fetchall()}
    return OF_THIS_RUN.format(table) if "run_id" in columns else ""


def stages(home: Path) -> set[tuple[Any, ...]]:
    """What became of the rows of every file, whichever run said it."""
    rows = Ledger(home / "audit" / "ledger.sqlite").query("select * from stage")
    return {tuple(value for name, value in row.items() if name != "run_id") for row in rows}


def test_an_interrupted_run_ends_at_once_and_leaves_nothing_half_done(
    small_night: Any, tmp_path: Path
) -> None:
    ended = interrupt(small_night.extracts, tmp_path / "home", *LANDING)
    require_left_whole(tmp_path / "home", ended, INT)
    assert ended.seconds < 60


@pytest.mark.long
@pytest.mark.parametrize("moments", [FEW, ALL], ids=["few", "all"])
def test_the_same_command_goes_on_and_comes_to_what_an_undisturbed_night_came_to(
    small_night: Any, tmp_path: Path, moments: tuple[tuple[str, str, float, int], ...]
) -> None:
    home = tmp_path / "home"
    for step, subject, after, signum in moments:
        ended = interrupt(small_night.extracts, home, step, subject, after, signum)
        require_left_whole(home, ended, signum)
        assert ended.seconds < 60
    process = begin(small_night.extracts, home)
    _, err = process.communicate(timeout=1200)
    assert process.returncode == 0, err
    assert stages(home) == stages(small_night.home)
    for product in SERVED:
        served = home / "published" / product / "current.duckdb"
        assert counts(served) == counts(small_night.product(product))
