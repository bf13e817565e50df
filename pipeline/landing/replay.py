"""Checks again what was refused of a received file: after a rule was mended, or from a mended file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from connectors import registry
from connectors.declare import Format
from pipeline.duck import values_hidden
from pipeline.errors import InputRefusedError, UsageError
from pipeline.landing.again import Again, remember
from pipeline.landing.build import state_path
from pipeline.landing.desk import Desk, day, open_desk
from pipeline.landing.feeds import Feed
from pipeline.landing.land_file import Extract, land_received
from pipeline.landing.manifest import Manifest, read_manifest
from pipeline.landing.outcomes import FHIR, UNRECOGNISED, FileOutcome
from pipeline.landing.quarantine import quarantine_path
from pipeline.landing.receive import Received, look_at, take_in
from pipeline.landing.record import record_file
from pipeline.landing.states import keep_replayed, known_file, typed_of
from pipeline.ledger import Ledger
from pipeline.settings import Settings


def replay(
    settings: Settings,
    ledger: Ledger,
    *,
    run_id: str,
    file_id: str,
    extracts: Path | None = None,
    whole: bool = False,
) -> FileOutcome:
    """Check again what was refused of one received file, with today's rules; what had landed stays as it is.

    The file keeps the run that received it and its place in the order of receipt; the next run takes its rows
    into the FHIR tables. A file that was refused as a whole, or any with ``whole``, is checked in every row
    and meets its control totals again where ``extracts`` still has the manifest.
    Raises :class:`UsageError` for a file that the ledger does not know, and :class:`InputRefusedError` where
    its received copy is gone or changed, or where rows of it stand and it would now be refused as a whole.
    """
    row = known_file(ledger, file_id)
    feed = Feed(row["source"], row["sender"])
    with open_desk(settings, ledger, run_id, feed) as desk, values_hidden(f"{feed}: replay of {file_id}"):
        received = _received(desk, row)
        extract = Extract(_format(feed, row), _manifest(extracts, feed, received.extract_date))
        if not whole:
            _require_refused(row)
            _require_kept(desk, row)
        _remember(desk, row)
        again = None if whole or not row["rows_landed"] else _again(desk, row)
        outcome = land_received(desk, received, extract, again=again)
        keep_replayed(desk, row, _quarantined(desk, row))
        state_path(desk.zones, feed).unlink(missing_ok=True)  # the next run builds with these rows
        record_file(ledger, run_id, outcome)
    return outcome


def mend(settings: Settings, ledger: Ledger, *, run_id: str, file_id: str, mended: Path) -> FileOutcome:
    """Take the rows that were refused of one received file from ``mended``: the same file, as many rows, put
    right by its sender. Its other rows are not looked at; those of the first file stay as they landed.

    The mended file is received under the same name and day, and accounts for the rows that it mends.
    Raises as :func:`replay`, and :class:`InputRefusedError` where it has another number of rows.
    """
    row = known_file(ledger, file_id)
    feed = Feed(row["source"], row["sender"])
    if not mended.is_file():
        raise UsageError(f"{str(mended)!r} is no file")
    _require_refused(row)
    with open_desk(settings, ledger, run_id, feed) as desk, values_hidden(f"{feed}: mending of {file_id}"):
        sent = replace(look_at(mended, feed, day(row["extract_date"])), name=row["file_name"])
        if ledger.query("select 1 from file where file_id = ?", (sent.file_id,)):
            raise UsageError("this very content was received before; a mended file differs from it")
        _require_kept(desk, row)
        _remember(desk, row)
        received = take_in(desk.zones, sent, sent.name)
        extract = Extract(_format(feed, row), Manifest({}))
        outcome = land_received(desk, received, extract, again=Again(rows_in=row["rows_in"], landed=None))
        outcome = replace(outcome, message="; ".join(filter(None, [f"mends {file_id}", outcome.message])))
        record_file(ledger, run_id, outcome)
        ledger.put("file_mended", [{"file_id": outcome.file_id, "mends_file_id": file_id}])
    return outcome


def _require_refused(row: Mapping[str, Any]) -> None:
    if not row["rows_quarantined"] and row["outcome"] != "refused":
        raise UsageError("no row of this file is in quarantine; valid: files of `wsic quarantine list`")


def _require_kept(desk: Desk, row: Mapping[str, Any]) -> None:
    """Without the refused rows nobody knows which they were, and the file would account for none of them."""
    if row["outcome"] != "refused" and not _quarantined(desk, row).exists():
        raise InputRefusedError(
            f"{desk.feed}: what was refused of {row['file_id']} was destroyed when its term was over; "
            "valid: a replay of the whole file, or the rows in an extract of another day"
        )


def _quarantined(desk: Desk, row: Mapping[str, Any]) -> Path:
    when = day(row["extract_date"])
    return quarantine_path(desk.zones, row["source"], row["sender"], when, row["file_id"])


def _remember(desk: Desk, row: Mapping[str, Any]) -> None:
    is_refused = row["outcome"] == "refused"
    remember(desk.con, _quarantined(desk, row), rows_in=row["rows_in"], is_refused=is_refused)


def _again(desk: Desk, row: Mapping[str, Any]) -> Again:
    return Again(rows_in=row["rows_in"], landed=typed_of(desk, row))


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
