"""What the schedule says is over, a file or version each: found by name, age and the ledger.

Never over: what lies in other places than those below. So the typed rows and FHIR tables that every night is
worked out from, the vault, keys, the ledger, the audit log with its receipts, and what is served stay.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline import publish
from pipeline.errors import SetupError
from pipeline.landing.lying import list_received, list_refused
from pipeline.ledger import Ledger
from pipeline.retention.schedule import Schedule, Term
from pipeline.settings import OPEN_PRODUCT, PRODUCTS, Settings
from pipeline.zones import ZONES, Zones


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """One thing whose term is over: its place below the home, since when it was kept, its size in bytes.

    ``held_by`` names the hold that keeps it all the same. A version is named by product and run.
    """

    kind: str
    place: str
    kept_since: date
    size: int
    source: str = ""
    sender: str = ""
    file_id: str = ""
    sha256: str = ""
    product: str = ""
    run_id: str = ""
    held_by: str = ""


def find_over(settings: Settings, ledger: Ledger, schedule: Schedule, *, on: date) -> Iterator[Over]:
    """Everything whose term is over on the day ``on``, held or not."""
    for kind, find in _FINDERS.items():
        term = schedule.terms[kind]
        before = on - timedelta(days=term.days)
        yield from find(settings, ledger, schedule, term, before)


def _received(
    settings: Settings, ledger: Ledger, schedule: Schedule, term: Term, before: date
) -> Iterator[Over]:
    zones = Zones(settings.home)
    for file, path in list_received(zones, ledger, before=before):
        yield _of_file(zones, schedule, "received", file, path)


def _quarantine(
    settings: Settings, ledger: Ledger, schedule: Schedule, term: Term, before: date
) -> Iterator[Over]:
    zones = Zones(settings.home)
    for file, path in list_refused(zones, ledger, before=before):
        yield _of_file(zones, schedule, "quarantine", file, path)


def _versions(
    settings: Settings, ledger: Ledger, schedule: Schedule, term: Term, before: date
) -> Iterator[Over]:
    for product in (*PRODUCTS, OPEN_PRODUCT):
        held = publish.shelf(settings, product).held()
        for version in publish.list_versions(settings, product):
            since = datetime.fromtimestamp(version.published_at, UTC).date()
            if since < before and not version.is_current and version.run_id not in held:
                yield Over(
                    kind="version", place=_below(settings, version.path), kept_since=since, size=version.size,
                    product=product, run_id=version.run_id,
                    held_by=schedule.held_by("version", product=product),
                )  # fmt: skip


def _snapshots(
    settings: Settings, ledger: Ledger, schedule: Schedule, term: Term, before: date
) -> Iterator[Over]:
    for product in (*PRODUCTS, OPEN_PRODUCT):
        for snapshot in publish.list_snapshots(settings, product):
            year, month = (int(word) for word in snapshot.month.split("-"))
            since = date(year, month, calendar.monthrange(year, month)[1])
            if since < before:
                yield Over(
                    kind="snapshot", place=_below(settings, snapshot.path), kept_since=since, size=0,
                    product=product, run_id=snapshot.run_id,
                    held_by=schedule.held_by("snapshot", product=product),
                )  # fmt: skip


def _logs(settings: Settings, ledger: Ledger, schedule: Schedule, term: Term, before: date) -> Iterator[Over]:
    home = Zones(settings.home).home
    for folder in (home / name for name in term.folders):
        _require_no_zone(home, folder)
        for path in sorted(folder.rglob("*.log")) if folder.is_dir() else ():
            if path.is_symlink() or not path.is_file():
                continue
            found = path.stat()
            since = datetime.fromtimestamp(found.st_mtime, UTC).date()
            if since < before:
                yield Over(
                    kind="log", place=_below(settings, path), kept_since=since, size=found.st_size,
                    held_by=schedule.held_by("log"),
                )  # fmt: skip


_FINDERS = {
    "received": _received, "quarantine": _quarantine, "version": _versions, "snapshot": _snapshots,
    "log": _logs,
}  # fmt: skip


def _of_file(zones: Zones, schedule: Schedule, kind: str, file: dict[str, Any], path: Path) -> Over:
    source, sender = file["source"], file["sender"]
    return Over(
        kind=kind, place=str(path.relative_to(zones.home)),
        kept_since=date.fromisoformat(file["received_on"]),
        size=path.stat().st_size, source=source, sender=sender, file_id=file["file_id"],
        sha256=file["file_sha256"] if kind == "received" else "",
        held_by=schedule.held_by(kind, source=source, sender=sender),
    )  # fmt: skip


def _below(settings: Settings, path: Path) -> str:
    home = Zones(settings.home).home
    return str(path.relative_to(home)) if path.is_relative_to(home) else str(path)


def _require_no_zone(home: Path, folder: Path) -> None:
    """Raise :class:`SetupError` for a folder of logs that lies in a zone, or holds one."""
    at = folder.resolve()
    zones = [(home / zone).resolve() for zone in ZONES]
    if any(at.is_relative_to(zone) or zone.is_relative_to(at) for zone in zones):
        raise SetupError(
            "retention schedule, log: a folder lies in a zone, or holds one; valid: folders of logs"
        )
