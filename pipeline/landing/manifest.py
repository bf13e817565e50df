"""The sender's own control totals: ``manifest.json`` beside the files of an extract."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from connectors.declare import Severity
from pipeline.landing.feeds import Feed
from pipeline.landing.outcomes import UNRECOGNISED, Broken
from pipeline.landing.receive import Received
from pipeline.ledger import Ledger

NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Control:
    """What the sender says of one file; either total may be left out."""

    rows: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class SoFar:
    """How totals judged a file when it was last checked; ``is_settled``: an operator had that done, or no
    declaration names the file. ``name``: as the ledger has it."""

    name: str
    rows_in: int
    has_broken_totals: bool
    is_settled: bool


_JUDGED = """
    select f.file_id, f.file_name, f.rows_in,
        exists (select 1 from file_rule r where r.file_id = f.file_id and r.rule_id in
            ('manifest_unreadable', 'control_total_sha256', 'control_total_rows')) as has_broken_totals,
        f.format = ? or coalesce((select run_id = 'replay' from file_known k where k.file_id = f.file_id
            and act <> 'sent_again' order by known_seq desc limit 1), 0) as is_settled
    from file f where source = ? and sender = ? and extract_date = ?"""


def judged_so_far(ledger: Ledger, feed: Feed, extract_date: date) -> dict[str, SoFar]:
    """The files of one extract that were received before, by id."""
    rows = ledger.query(_JUDGED, (UNRECOGNISED, feed.source, feed.sender, extract_date.isoformat()))
    return {
        row["file_id"]: SoFar(
            row["file_name"], row["rows_in"], bool(row["has_broken_totals"]), bool(row["is_settled"])
        )
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class Manifest:
    """Control totals by lower-case file name; ``is_readable`` is false where they could not be read."""

    files: Mapping[str, Control]
    is_readable: bool = True

    def broken(self, received: Received, rows_in: int) -> list[Broken]:
        """Control totals that a received file does not meet."""
        if not self.is_readable:
            return [Broken("manifest_unreadable", Severity.FILE, rows_in)]
        control = self.files.get(received.name.lower())
        if control is None:
            return []
        found = []
        if control.sha256 is not None and control.sha256.lower() != received.sha256:
            found.append(Broken("control_total_sha256", Severity.FILE, rows_in))
        if control.rows is not None and control.rows != rows_in:
            found.append(Broken("control_total_rows", Severity.FILE, rows_in))
        return found

    def judges_otherwise(self, received: Received, so_far: SoFar) -> bool:
        """Whether the totals, which came or were put right after the file, say other of it than was said."""
        if so_far.is_settled or (self.is_readable and received.name.lower() not in self.files):
            return False
        return bool(self.broken(received, so_far.rows_in)) != so_far.has_broken_totals

    def explain(self, received: Received, rows_in: int) -> str:
        """The row totals that differ, as a sentence; empty where they agree."""
        control = self.files.get(received.name.lower())
        if control is None or control.rows is None or control.rows == rows_in:
            return ""
        return f"manifest says {control.rows} rows, {rows_in} came"

    def missing(self, names: Iterable[str]) -> int:
        """How many files the manifest names that did not come."""
        came = {name.lower() for name in names}
        return len(set(self.files) - came)


def read_manifest(folder: Path) -> Manifest:
    """Control totals of one extract; without a manifest there are none to meet."""
    path = folder / NAME
    if not path.is_file():
        return Manifest({})
    try:
        listed = json.loads(path.read_text(encoding="utf-8-sig"))["files"]
        return Manifest({str(entry["name"]).lower(): _control(entry) for entry in listed})
    except (ValueError, KeyError, TypeError, OSError):
        return Manifest({}, is_readable=False)


def _control(entry: Mapping[str, Any]) -> Control:
    rows, sha256 = entry.get("rows"), entry.get("sha256")
    if rows is not None and (not isinstance(rows, int) or isinstance(rows, bool)):
        raise TypeError("rows is not a whole number")
    if sha256 is not None and not isinstance(sha256, str):
        raise TypeError("sha256 is not text")
    return Control(rows, sha256)
