"""What an export consists of, twice: as a FHIR Bulk Data manifest, and as control totals for landing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.fhir.messages import DELETIONS
from pipeline.landing import manifest as control
from pipeline.landing.feeds import Feed

NAME = "manifest.json"
_REQUEST = "https://fhir.wsic.example/$export"  # no server: an export is written, and nothing answers there


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """One file of an export; ``path`` is relative to its folder, ``resource_type`` Bundle for deletions."""

    feed: Feed
    resource_type: str
    path: Path
    rows: int
    sha256: str
    size: int

    @property
    def is_deletions(self) -> bool:
        """Whether it says what is there no more."""
        return self.resource_type == DELETIONS


def write_manifest(place: Path, files: Sequence[ExportedFile], *, known_at: str, since: str = "") -> Path:
    """Write ``manifest.json`` of the export, and control totals into each of its dated folders.

    ``known_at`` is the instant up to which the records were known, ``since`` that of the export's beginning.
    HL7 FHIR Bulk Data Access 2.0, "Response - Complete Status"; checksums stand in its ``extension``.
    """
    for folder in dict.fromkeys(file.path.parent for file in files):
        own = [file for file in files if file.path.parent == folder]
        listed = [{"name": file.path.name, "rows": file.rows, "sha256": file.sha256} for file in own]
        _write(place / folder / control.NAME, {"files": listed})
    said = {
        "transactionTime": known_at,
        "request": f"{_REQUEST}?_since={since}" if since else _REQUEST,
        "requiresAccessToken": False,
        "output": [_entry(file) for file in files if not file.is_deletions],
        "deleted": [_entry(file) for file in files if file.is_deletions],
        "error": [],
    }
    return _write(place / NAME, said)


def _entry(file: ExportedFile) -> dict[str, Any]:
    return {
        "type": file.resource_type,
        "url": file.path.as_posix(),
        "count": file.rows,
        "extension": {
            "sha256": file.sha256,
            "bytes": file.size,
            "source": file.feed.source,
            "sender": file.feed.sender,
        },
    }


def _write(path: Path, said: object) -> Path:
    path.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    path.chmod(0o600)
    return path
