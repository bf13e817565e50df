"""A run: opening it, finding it again from another process, closing it."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from connectors.declare import SOURCE_WORDS
from pipeline import audit_log, keys, least_privilege
from pipeline.clock import now
from pipeline.errors import SetupError, UsageError, one_of
from pipeline.ledger import Ledger
from pipeline.retention.schedule import load_schedule
from pipeline.run import lock
from pipeline.run.answers import remove_old_answers
from pipeline.run.rotation.settle import settle_rotations
from pipeline.settings import Settings, load_settings, unknown_names
from pipeline.version import code_version
from pipeline.zones import Zones


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What every step needs to know of the run that it belongs to."""

    run_id: str
    settings: Settings
    ledger: Ledger
    extracts: Path
    as_of: date
    source: str | None = None


def open_ledger(settings: Settings) -> Ledger:
    """The deployment's ledger; makes the zones on first use."""
    return Ledger(Zones(settings.home).create().audit / "ledger.sqlite")


def open_run(
    settings: Settings, *, extracts: Path, as_of: date, source: str | None = None, held_by: str | None = None
) -> Run:
    """Take the lock and start a run, written in the ledger as ``running``.

    Raises :class:`UsageError` where the extracts are not a folder or the source is not known,
    :class:`RunLockedError` while another run is alive, :class:`SetupError` where the keys cannot be used, the
    zones are not protected as they must be, or a variable WSIC_* is none that anything reads.
    """
    if unknown := unknown_names(os.environ):
        raise SetupError("; ".join(unknown))
    if source is not None and source not in SOURCE_WORDS:
        raise UsageError(one_of("source", source, SOURCE_WORDS))
    if not extracts.is_dir():
        raise UsageError(
            f"extracts {str(extracts)!r} is not a folder; it must hold <source>/<sender>/<date>/"
        )
    closed = least_privilege.close_zones(settings.home, least_privilege.warehouse_account(settings))
    ledger = open_ledger(settings)
    run_id = next_id(ledger, as_of)
    taken_from = lock.acquire(settings, ledger, run_id=run_id, held_by=held_by or settings.lock_held_by)
    run = Run(
        run_id=run_id,
        settings=settings,
        ledger=ledger,
        extracts=extracts.absolute(),
        as_of=as_of,
        source=source,
    )
    try:
        load_schedule(settings)  # what it holds must be known before a version is pruned
        settle_rotations(settings, ledger)
        remove_old_answers(settings)
        key_ids, found = keys.key_ids(settings), least_privilege.require(settings)
        announce(run)
        least_privilege.record(settings, ledger, run_id=run_id, closed=closed, found=found)
        write_run(run, key_ids=key_ids, taken_from=taken_from)
    except BaseException:
        lock.release(settings, ledger, run_id=run_id)
        raise
    return run


def resume_run(run_id: str, settings: Settings | None = None) -> Run:
    """The run of that id, for a step that runs in a process of its own."""
    settings = settings or load_settings()
    ledger = open_ledger(settings)
    rows = ledger.query("select extracts, as_of, source from run where run_id = ?", (run_id,))
    if not rows:
        raise UsageError(f"run {run_id!r} is not in the ledger; `wsic runs` lists those that are")
    return Run(
        run_id=run_id,
        settings=settings,
        ledger=ledger,
        extracts=Path(rows[0]["extracts"]),
        as_of=date.fromisoformat(rows[0]["as_of"]),
        source=rows[0]["source"],
    )


def next_id(ledger: Ledger, as_of: date) -> str:
    prefix = as_of.strftime("%Y%m%d")
    rows = ledger.query("select max(run_id) as latest from run where run_id like ?", (f"{prefix}-%",))
    latest = rows[0]["latest"]
    return f"{prefix}-{int(latest.rsplit('-', 1)[1]) + 1 if latest else 1:03d}"


def announce(run: Run) -> None:
    """The run's beginning into the audit log."""
    told = {"run_id": run.run_id, "as_of": run.as_of.isoformat(), "code_version": code_version()}
    audit_log.append(run.settings, act="run_opened", details=told)


def write_run(run: Run, *, key_ids: str, taken_from: str = "") -> None:
    """Write the run into the ledger as ``running``, with the public ids of the keys that it works with."""
    row = {
        "run_id": run.run_id,
        "as_of": run.as_of.isoformat(),
        "extracts": str(run.extracts),
        "source": run.source,
        "started_at": now(),
        "ended_at": None,
        "outcome": "running",
        "code_version": code_version(),
        "key_ids": key_ids,
    }
    with run.ledger.transaction() as connection:
        _insert(connection, row)
        if taken_from:
            message = f"taken over from {taken_from}, whose process had died"
            step = (run.run_id, "take_lock", "", now(), now(), "done", message)
            connection.execute("insert or replace into step values (?, ?, ?, ?, ?, ?, ?)", step)


def _insert(connection: sqlite3.Connection, row: dict[str, str | None]) -> None:
    marks = ", ".join(f":{name}" for name in row)
    connection.execute(f"insert into run ({', '.join(row)}) values ({marks})", row)
