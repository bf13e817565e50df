"""What still lies there of files that were received before a day: their text, and their refused rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.landing.quarantine import quarantine_path
from pipeline.ledger import Ledger
from pipeline.zones import Zones

_OF_THAT_NAME = """
    select f.*, substr(r.started_at, 1, 10) as received_on, (
        select count(*) from file as o
        where (o.source, o.sender, o.extract_date, lower(o.file_name))
            = (f.source, f.sender, f.extract_date, lower(f.file_name))) as contents
    from file as f join run as r using (run_id)
    where substr(r.started_at, 1, 10) < ? order by f.received_seq, f.file_id"""

Lying = tuple[dict[str, Any], Path]
"""A row of the ledger's ``file`` with ``received_on``, the day of the run that received it; and a path."""


def list_received(zones: Zones, ledger: Ledger, *, before: date) -> Iterator[Lying]:
    """The received copies of files of which no row is in quarantine: a replay of those needs the text."""
    for file in _files(ledger, before):
        path = _received_copy(zones, file)
        if path is not None and not _quarantined(zones, file).exists():
            yield file, path


def list_refused(zones: Zones, ledger: Ledger, *, before: date) -> Iterator[Lying]:
    """The refused rows that are in quarantine, a file of them each."""
    for file in _files(ledger, before):
        path = _quarantined(zones, file)
        if path.exists():
            yield file, path


def _files(ledger: Ledger, before: date) -> list[dict[str, Any]]:
    return ledger.query(_OF_THAT_NAME, (before.isoformat(),))


def _quarantined(zones: Zones, file: dict[str, Any]) -> Path:
    when = date.fromisoformat(file["extract_date"])
    return quarantine_path(zones, file["source"], file["sender"], when, file["file_id"])


def _received_copy(zones: Zones, file: dict[str, Any]) -> Path | None:
    """Where the received copy lies. Of several contents of one name and day only one has the plain name."""
    folder: Path = zones.received / file["source"] / file["sender"] / file["extract_date"]
    own, plain = folder / f"{file['file_name']}.{file['file_id']}", folder / file["file_name"]
    if own.is_file():
        return own
    is_alone = file["contents"] == 1
    return plain if plain.is_file() and (is_alone or _has_content(plain, file["file_sha256"])) else None


def _has_content(path: Path, sha256: str) -> bool:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256
