"""Destroying what the retention schedule says is over: first in the audit log, then in the ledger, then gone.

The audit log has an entry a kind, with count and digest of the list; the ledger's ``destruction`` a row a
file, ``begun`` before it goes and ``destroyed`` after. Without the entry nothing goes. After a crash the rows
that still say ``begun`` are settled by the next time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipeline import audit_log, publish
from pipeline.clock import now
from pipeline.ledger import Ledger
from pipeline.retention.find import Over, find_over
from pipeline.retention.schedule import KINDS, Schedule, load_schedule
from pipeline.run import lock
from pipeline.run.opened import open_ledger
from pipeline.settings import Settings
from pipeline.zones import Zones


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Of one kind: its term, how many files are over and go, their bytes, and how many a hold keeps."""

    kind: str
    term_days: int
    files: int
    size: int
    held: int


def plan(settings: Settings, *, on: date) -> list[Tally]:
    """What would go on the day ``on``, by kind; changes nothing."""
    schedule = load_schedule(settings)
    return _tallies(schedule, list(find_over(settings, open_ledger(settings), schedule, on=on)))


def list_over(settings: Settings, *, on: date) -> list[Over]:
    """The same, a row a file; places are below ``WSIC_HOME``."""
    schedule = load_schedule(settings)
    return list(find_over(settings, open_ledger(settings), schedule, on=on))


def destroy(settings: Settings, *, on: date) -> list[Tally]:
    """Destroy what is over on the day ``on`` and kept by no hold; returns what went, by kind.

    Raises :class:`RunLockedError` while a run is alive, :class:`SetupError` where schedule or audit
    log cannot be used; nothing goes then.
    """
    schedule, ledger = load_schedule(settings), open_ledger(settings)
    with lock.held(settings, ledger, doing="retention"):
        _settle(settings, ledger)
        found = list(find_over(settings, ledger, schedule, on=on))
        for kind in KINDS:
            going = [item for item in found if item.kind == kind and not item.held_by]
            if going:
                _destroy(settings, ledger, going, schedule.terms[kind].days)
    return _tallies(schedule, found)


def list_destroyed(settings: Settings) -> list[dict[str, object]]:
    """Everything that was destroyed, newest first, as the ledger has it."""
    return open_ledger(settings).query("select * from destruction order by destroyed_at desc, kind, place")


def _destroy(settings: Settings, ledger: Ledger, going: Sequence[Over], term_days: int) -> None:
    told: dict[str, audit_log.Detail] = {
        "kind": going[0].kind, "files": len(going), "term_days": term_days, "list_sha256": _digest(going)
    }  # fmt: skip
    with audit_log.acting(settings, act="records_destroyed", details=told):
        decided_at = now()
        rows = [_row(item, term_days, decided_at) for item in going]
        ledger.put("destruction", [row | {"state": "begun", "destroyed_at": None} for row in rows])
        for item, row in zip(going, rows, strict=True):
            _remove(settings, item)
            ledger.put("destruction", [row | {"state": "destroyed", "destroyed_at": now()}])


def _remove(settings: Settings, item: Over) -> None:
    if item.kind == "version":
        publish.remove_version(settings, item.product, item.run_id)
    else:
        publish.remove(Zones(settings.home).home / item.place)


def _row(item: Over, term_days: int, decided_at: str) -> dict[str, object]:
    return {
        "kind": item.kind, "place": item.place, "source": item.source, "sender": item.sender,
        "file_id": item.file_id, "file_sha256": item.sha256, "product": item.product, "version": item.run_id,
        "kept_since": item.kept_since.isoformat(), "term_days": term_days, "size": item.size,
        "decided_at": decided_at,
    }  # fmt: skip


def _settle(settings: Settings, ledger: Ledger) -> None:
    """What a crash left as ``begun`` is destroyed where it is gone; what still lies there is found again."""
    home = Zones(settings.home).home
    begun = ledger.query("select * from destruction where state = 'begun'")
    gone = [row for row in begun if not (home / row["place"]).exists()]
    ledger.put("destruction", [row | {"state": "destroyed", "destroyed_at": now()} for row in gone])


def _digest(going: Sequence[Over]) -> str:
    return hashlib.sha256("\n".join(f"{item.kind} {item.place}" for item in going).encode()).hexdigest()


def _tallies(schedule: Schedule, found: Sequence[Over]) -> list[Tally]:
    return [
        Tally(
            kind=kind, term_days=schedule.terms[kind].days,
            files=sum(1 for item in found if item.kind == kind and not item.held_by),
            size=sum(item.size for item in found if item.kind == kind and not item.held_by),
            held=sum(1 for item in found if item.kind == kind and item.held_by),
        )
        for kind in KINDS
    ]  # fmt: skip
