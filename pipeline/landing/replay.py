"""Checks a received file again with today's rules, after a rule or declaration was mended."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from connectors import registry
from connectors.declare import Format
from pipeline.errors import InputRefusedError, UsageError
from pipeline.landing.desk import Desk, day, open_desk
from pipeline.landing.feeds import Feed
from pipeline.landing.land_file import Extract, land_received
from pipeline.landing.manifest import Manifest, read_manifest
from pipeline.landing.outcomes import FHIR, UNRECOGNISED, FileOutcome
from pipeline.landing.receive import Received, look_at
from pipeline.landing.record import record_file
from pipeline.ledger import Ledger
from pipeline.settings import Settings


def replay(
    settings: Settings, ledger: Ledger, *, run_id: str, file_id: str, extracts: Path | None = None
) -> FileOutcome:
    """Run the checks on the received copy of one file, replacing its typed rows, quarantine and counts.

    The file keeps the run that received it and its place in the order of receipt; the next run takes its rows
    into the FHIR tables. Control totals are met again only where ``extracts`` still has the manifest.
    Raises :class:`UsageError` for a file that the ledger does not know, and :class:`InputRefusedError` where
    its received copy is gone or changed.
    """
    found = ledger.query("select * from file where file_id = ?", (file_id,))
    if not found:
        raise UsageError("no received file has this file_id; valid: those of `wsic quarantine list`")
    row = found[0]
    feed = Feed(row["source"], row["sender"])
    with open_desk(settings, ledger, run_id, feed) as desk:
        received = _received(desk, row)
        extract = Extract(_format(feed, row), _manifest(extracts, feed, received.extract_date))
        outcome = land_received(desk, received, extract)
        record_file(ledger, run_id, outcome)
    return outcome


def _received(desk: Desk, row: dict[str, Any]) -> Received:
    folder = desk.zones.received / row["source"] / row["sender"] / row["extract_date"]
    for name in (f"{row['file_name']}.{row['file_id']}", row["file_name"]):
        if (folder / name).is_file():
            copy = look_at(folder / name, desk.feed, day(row["extract_date"]))
            if copy.sha256 == row["file_sha256"]:
                return Received(
                    feed=desk.feed,
                    extract_date=copy.extract_date,
                    name=row["file_name"],
                    path=copy.path,
                    sha256=copy.sha256,
                    size=copy.size,
                )
    raise InputRefusedError(f"{desk.feed}: the received copy of {row['file_id']} is gone or changed")


def _format(feed: Feed, row: dict[str, Any]) -> Format | None:
    if row["format"] == UNRECOGNISED:
        raise UsageError("this file belongs to no declared format; valid: sent again under a declared name")
    return None if row["format"] == FHIR else registry.format_named(feed.source, row["format"])


def _manifest(extracts: Path | None, feed: Feed, extract_date: date) -> Manifest:
    if extracts is None:
        return Manifest({})
    return read_manifest(extracts / feed.source / feed.sender / extract_date.isoformat())
