"""What a finished export consists of: its manifest (HL7 Bulk Data Access, "Response - Complete Status")."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.fhir.bulk.faults import ServerRefusedError

OUTPUT, DELETED, ERROR = "output", "deleted", "error"
KINDS = (OUTPUT, DELETED, ERROR)
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})")
# What the two lists beside the output hold, whatever their entries say.
_HOLDS = {DELETED: "Bundle", ERROR: "OperationOutcome"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFile:
    """One file of an export. ``number`` is its place among them, from 1; ``rows`` what the server counts."""

    kind: str
    number: int
    resource_type: str
    url: str
    rows: int | None

    @property
    def said(self) -> tuple[str, int, str, int | None]:
        """What must be the same in a manifest that is asked for again; addresses may be new."""
        return self.kind, self.number, self.resource_type, self.rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """``transaction_time`` is the server's: nothing changed later is in the files."""

    transaction_time: datetime
    requires_token: bool
    files: tuple[ListedFile, ...]
    next_url: str = ""

    def is_same(self, other: Manifest) -> bool:
        """Whether both tell of the same export."""
        return self.transaction_time == other.transaction_time and [f.said for f in self.files] == [
            f.said for f in other.files
        ]


def parse_manifest(body: bytes, *, host: str, after: int = 0) -> Manifest:
    """The manifest of a finished export; its files are numbered from ``after`` + 1.

    Raises :class:`ServerRefusedError` where what must be there is missing or of another form.
    """
    try:
        said = json.loads(body)
        return Manifest(
            transaction_time=instant(said["transactionTime"]),
            requires_token=_flag(said.get("requiresAccessToken", True)),
            files=tuple(_listed(said, after)),
            next_url=_next(said),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ServerRefusedError(
            f"{host}: its manifest is not in form; it needs transactionTime (an instant), "
            "requiresAccessToken (true or false), and output, deleted and error as lists of type and url"
        ) from None


def instant(text: str) -> datetime:
    """A FHIR instant; raises :class:`ValueError` without quoting it."""
    if not isinstance(text, str) or not _INSTANT.fullmatch(text):
        raise ValueError("not a FHIR instant")
    return datetime.fromisoformat(text)


def _listed(said: Mapping[str, Any], after: int) -> Iterator[ListedFile]:
    number = after
    for kind in KINDS:
        for entry in said.get(kind) or ():
            number += 1
            yield ListedFile(
                kind=kind,
                number=number,
                resource_type=_HOLDS.get(kind) or _type(entry["type"]),
                url=_text(entry["url"]),
                rows=_count(entry.get("count")),
            )


def _next(said: Mapping[str, Any]) -> str:
    """A long manifest may go on elsewhere: its ``link`` of relation ``next`` (Bulk Data Access 3)."""
    links = said.get("link") or ()
    return next((_text(link["url"]) for link in links if link["relation"] == "next"), "")


def _type(value: object) -> str:
    if not isinstance(value, str) or not _TYPE.fullmatch(value):
        raise ValueError("not a resource type")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("not a URL")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("neither true nor false")
    return value


def _count(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("not a count")
    return value
