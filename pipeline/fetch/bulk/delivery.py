"""Fetched files take their place where landing finds them: one extract a day, with control totals beside it.

``landing/fetched/<source>/<sender>/<date>/<Type>.export-<time>-<job>-<number>.ndjson[.gz]``; the date is
that of the server's transaction time in London, and names sort as exports followed each other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline import clock
from pipeline.fetch.bulk.journal import KnownFile
from pipeline.fetch.bulk.servers import Server
from pipeline.zones import Zones

_MANIFEST = "manifest.json"


def delivered_name(
    resource_type: str, transaction_time: datetime, job_id: str, number: int, *, gz: bool
) -> str:
    """Name of a fetched file; landing reads its type from it, and its order from the rest."""
    stamp = transaction_time.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    job = job_id.rpartition("-")[2]
    return f"{resource_type}.export-{stamp}-{job}-{number:06d}.ndjson" + (".gz" if gz else "")


def place(zones: Zones, server: Server, transaction_time: datetime) -> Path:
    """The folder of the extract that an export belongs to."""
    day = clock.day(transaction_time).isoformat()
    return zones.fetched / server.source / server.sender / day


def deliver(folder: Path, work: Path, files: Sequence[KnownFile]) -> None:
    """Move files from ``work`` to ``folder``; done again, it goes on where it stopped.

    The totals are written first: a file that is not there yet is missed by landing, never taken for all.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if files:
        _add_totals(folder / _MANIFEST, files)
    for file in files:
        if (work / file.file_name).exists():
            (work / file.file_name).replace(folder / file.file_name)
    _flush(folder)


def _add_totals(path: Path, files: Sequence[KnownFile]) -> None:
    totals: dict[str, Mapping[str, Any]] = {}
    if path.exists():
        totals = {entry["name"]: entry for entry in json.loads(path.read_text("utf-8"))["files"]}
    for file in files:
        rows = file.rows if file.rows_said is None else file.rows_said
        totals[file.file_name] = {"name": file.file_name, "rows": rows, "sha256": file.sha256}
    part = path.with_name(f".{path.name}.part")
    part.write_text(json.dumps({"files": list(totals.values())}, indent=1), encoding="utf-8")
    part.chmod(0o600)
    part.replace(path)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
