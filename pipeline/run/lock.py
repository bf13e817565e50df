"""One run at a time: the lock, who holds it, and what becomes of it when the holder dies.

Two ways of holding, because a run is one process on the command line and many under a scheduler:

- ``process``: the operating system's own lock on ``audit/run.lock`` is held open as long as the
  process lives. When the process dies, however it dies, the lock is free, and the next run takes
  over what the ledger still says. (A process number alone proves nothing: in a container it is
  soon used again.)
- ``run``: the row in the ledger is the lock and belongs to the run id, since the process that
  opened the run ends long before the run does. ``close_run`` releases it. It is taken over only
  when no step of that run began or ended for ``lock_stale_hours``.
"""

from __future__ import annotations

import fcntl
import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from pipeline import clock
from pipeline.clock import now
from pipeline.errors import RunLockedError
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones

_NAME = "nightly"
_NO_PROCESS = 0  # the row's pid when a run id holds the lock, not a process
_LATEST = "select max(coalesce(ended_at, started_at)) as latest from step where run_id = ?"
_held: dict[str, int] = {}  # path of the lock file -> its open descriptor, for this process


def acquire(settings: Settings, ledger: Ledger, *, run_id: str, held_by: str) -> str:
    """Take the lock for ``run_id``; returns the run that it was taken over from, else ``""``.

    Raises :class:`RunLockedError`, naming the holder, while another run is alive.
    """
    descriptor = _lock_file(settings, ledger)
    try:
        with ledger.transaction() as connection:
            holder = _holder(connection)
            if holder and not _is_dead(connection, holder, settings):
                raise _locked(holder)
            row = (_NAME, run_id, socket.gethostname(), _pid(held_by), now())
            connection.execute("insert or replace into lock values (?, ?, ?, ?, ?)", row)
            if holder:
                _end_dead_run(connection, holder["run_id"])
    except BaseException:
        os.close(descriptor)
        raise
    _keep(settings, descriptor, held_by)
    return str(holder["run_id"]) if holder else ""


def look(settings: Settings, ledger: Ledger) -> str:
    """Why no run could take the lock now, naming the holder; empty where one could. Changes nothing."""
    holder = _first(ledger)
    if not holder:
        return ""
    rows = ledger.query(_LATEST, (holder["run_id"],))
    is_dead = (
        _is_silent(rows[0]["latest"], holder, settings)
        if holder["pid"] == _NO_PROCESS
        else _is_free(_path(settings))
    )
    return "" if is_dead else str(_locked(holder))


def release(settings: Settings, ledger: Ledger, *, run_id: str) -> None:
    """Give the lock back, if ``run_id`` is the run that holds it."""
    with ledger.transaction() as connection:
        connection.execute("delete from lock where name = ? and run_id = ?", (_NAME, run_id))
    descriptor = _held.pop(_path(settings), None)
    if descriptor is not None:
        os.close(descriptor)


@contextmanager
def held(settings: Settings, ledger: Ledger, *, doing: str) -> Iterator[None]:
    """Hold the lock around something that is no run, such as a rollback; ``doing`` names the holder."""
    acquire(settings, ledger, run_id=doing, held_by="process")
    try:
        yield
    finally:
        release(settings, ledger, run_id=doing)


def _path(settings: Settings) -> str:
    return str(Zones(settings.home).audit / "run.lock")


def _pid(held_by: str) -> int:
    return os.getpid() if held_by == "process" else _NO_PROCESS


def _lock_file(settings: Settings, ledger: Ledger) -> int:
    """The operating system's lock on the file, or the error that another process has it."""
    path = _path(settings)
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise _locked(_first(ledger)) from error
    return descriptor


def _keep(settings: Settings, descriptor: int, held_by: str) -> None:
    if held_by == "process":
        _held[_path(settings)] = descriptor
    else:
        os.close(descriptor)


def _first(ledger: Ledger) -> dict[str, Any]:
    rows = ledger.query("select * from lock where name = ?", (_NAME,))
    return rows[0] if rows else {}


def _holder(connection: sqlite3.Connection) -> dict[str, Any]:
    row = connection.execute("select * from lock where name = ?", (_NAME,)).fetchone()
    return dict(row) if row else {}


def _is_dead(connection: sqlite3.Connection, holder: dict[str, Any], settings: Settings) -> bool:
    """Whether the holder can no longer go on; asked while this process has the file's lock."""
    if holder["pid"] != _NO_PROCESS:
        return True  # its process would still have the file's lock
    latest = connection.execute(_LATEST, (holder["run_id"],)).fetchone()["latest"]
    return _is_silent(latest, holder, settings)


def _is_free(path: str) -> bool:
    """Whether no process has the file's lock."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _is_silent(latest: str | None, holder: dict[str, Any], settings: Settings) -> bool:
    """Whether a run id that holds the lock has given no sign of life for too long."""
    last_sign = datetime.fromisoformat(max(latest or "", holder["acquired_at"]))
    return clock.moment() - last_sign > timedelta(hours=settings.lock_stale_hours)


def _end_dead_run(connection: sqlite3.Connection, run_id: str) -> None:
    ended = "update run set outcome = 'failed', ended_at = ? where run_id = ? and outcome = 'running'"
    connection.execute(ended, (now(), run_id))
    steps = "update step set outcome = 'failed', ended_at = ?, message = 'the process died' where run_id = ?"
    connection.execute(steps + " and outcome = 'running'", (now(), run_id))


def _locked(holder: dict[str, Any]) -> RunLockedError:
    if not holder:
        return RunLockedError("another process is just opening a run; try again in a moment")
    who = f"process {holder['pid']}" if holder["pid"] else "a scheduler"
    return RunLockedError(
        f"run {holder['run_id']} holds the lock (host {holder['host']}, {who}, "
        f"since {holder['acquired_at']}); wait until it has ended, or end it"
    )
