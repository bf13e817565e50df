"""One entry: its canonical form, its hash, and what makes it follow the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64  # what the first entry follows
LONGEST = 96 * 1024  # bytes of a line
_FIELDS = {"number": int, "at": str, "act": str, "actor": str, "details": dict, "previous": str, "hash": str}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log; ``hash`` is the SHA-256 of the canonical JSON of all the rest."""

    number: int
    at: str
    act: str
    actor: str
    details: Mapping[str, Any]
    previous: str
    hash: str

    def line(self) -> bytes:
        """The entry as it lies in the file, with its line end."""
        return canonical({name: getattr(self, name) for name in _FIELDS}) + b"\n"


def canonical(value: Mapping[str, Any]) -> bytes:
    """JSON with sorted names, no spaces and ASCII only: one form for one content."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def make(*, number: int, at: str, act: str, actor: str, details: Mapping[str, Any], previous: str) -> Entry:
    """An entry with its hash."""
    said = {"number": number, "at": at, "act": act, "actor": actor, "details": details, "previous": previous}
    return Entry(**said, hash=hashlib.sha256(canonical(said)).hexdigest())  # type: ignore[arg-type]


def parse(line: bytes) -> Entry | None:
    """The entry of a whole line; ``None`` where it is none, or not in canonical form."""
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(raw, dict) or {name: type(value) for name, value in raw.items()} != _FIELDS:
        return None
    entry = Entry(**raw)
    return entry if entry.line() == line else None


def is_sound(entry: Entry) -> bool:
    """Whether its hash is that of its content."""
    said = {name: getattr(entry, name) for name in _FIELDS if name != "hash"}
    return hashlib.sha256(canonical(said)).hexdigest() == entry.hash
