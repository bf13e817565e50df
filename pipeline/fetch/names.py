"""Names of files as senders gave them: which may be used here, and which may be repeated.

A name from another machine could lead out of its folder, hide, or hold a person's name. What is not in
form is refused, and only a name that a source declares stands in a message or in the ledger.
"""

from __future__ import annotations

import re

from connectors import registry
from connectors.fhir.shapes import SHAPES

MANIFEST = "manifest.json"
VALID = (
    "a name of letters, digits, spaces and . _ - ( ) +, that begins with a letter or digit, up to 150 of them"
)
_SAFE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._ ()+-]{0,148}[A-Za-z0-9_()+-])?")
_NDJSON = re.compile(r"([A-Za-z]+)(?:\.[0-9A-Za-z_-]{1,40})?\.ndjson(?:\.gz)?", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d(?:[ _-]?\d){8}")  # what could be an NHS number, or a date with more behind it
_TYPES = frozenset(name.lower() for name in (*SHAPES, "Bundle", "OperationOutcome"))


def is_safe(name: str) -> bool:
    """Whether a file may lie here under this name: :data:`VALID`."""
    return _SAFE.fullmatch(name) is not None


def shown(source: str, name: str) -> str:
    """The name where it says only what kind of file it is, else nothing: it may be about a person."""
    if _LONG_NUMBER.search(name):
        return ""
    found = _NDJSON.fullmatch(name)
    if (found and found[1].lower() in _TYPES) or name == MANIFEST:
        return name
    return name if any(format_.find(name) for format_ in registry.source(source).formats) else ""
