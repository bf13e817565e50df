"""The header row against the declaration, and how to say what differs without showing a value.

A file whose header was lost begins with a person's row, so a column name that came is repeated only
where most of the line is a header: otherwise the message says only how many columns came.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from dataclasses import dataclass
from pathlib import Path

from connectors.declare import NativeFile

_LONGEST = 1_000_000  # bytes; no header is longer
_COLUMN_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_ ()&:./-]{0,60}")
TRAILING = "_trailing"  # stands for the column that a comma behind the last field makes
_HEADER_FROM = 0.5  # share of declared names above which a line counts as a header


@dataclass(frozen=True, slots=True)
class Header:
    """The names that came, in the file's order, and the declared file's verdict on them."""

    names: tuple[str, ...]
    rule_id: str = ""
    difference: str = ""
    has_names: bool = True  # most of the line is declared names, so it is a header and not a row

    @property
    def is_accepted(self) -> bool:
        """Whether the file may land with this header."""
        return not self.rule_id

    @property
    def is_readable(self) -> bool:
        """Whether rows can be read by these names, so that the other rules of the file can be told too."""
        return self.is_accepted or self.has_names

    def read_as(self, file: NativeFile) -> tuple[str, ...]:
        """The names to read the columns by: one that is not declared, or came before, by its place."""
        declared = {column.name for column in file.columns}
        return tuple(
            name
            if name == TRAILING or (name in declared and name not in self.names[:place])
            else f"_column_{place + 1}"
            for place, name in enumerate(self.names)
        )

    def missing(self, file: NativeFile) -> tuple[str, ...]:
        """Declared columns that must be there and did not come."""
        came = set(self.names)
        return tuple(c.name for c in file.columns if c.name not in came and not c.optional)


def read_header(path: Path, file: NativeFile) -> Header:
    """Compare the first record of a CSV file with what ``file`` declares; order may differ."""
    try:
        names = _first_record(path)
    except UnicodeError:
        return Header((), "invalid_encoding", "the header is not UTF-8", has_names=False)
    except (csv.Error, StopIteration):
        return Header((), "header_unreadable", "the header is not a CSV line", has_names=False)
    declared = {column.name for column in file.columns}
    required = {column.name for column in file.columns if not column.optional}
    missing = [column.name for column in file.columns if column.name in required - set(names)]
    unknown = [name for name in names if name not in declared and name != TRAILING]
    if missing:
        is_header = _is_header(names, declared)
        said = _difference(missing, unknown, names, declared)
        return Header(names, "missing_column", said, has_names=is_header)
    if unknown:
        said = _difference(missing, unknown, names, declared)
        return Header(names, "unknown_column", said, has_names=_is_header(names, declared))
    if len({name.lower() for name in names}) < len(names):
        return Header(names, "duplicate_column", "a column came twice")
    return Header(names)


def _first_record(path: Path) -> tuple[str, ...]:
    with path.open("rb") as file:
        start = file.read(_LONGEST)
    text = start.decode("utf-8-sig", errors="surrogateescape").lstrip("\r\n")
    names = next(csv.reader(io.StringIO(text, newline=""), strict=True))
    if len(names) > 1 and not names[-1].strip():
        names[-1] = TRAILING  # a comma behind the last name
    "".join(names).encode("utf-8")  # raises where a byte of the header itself is not UTF-8
    return tuple(name.strip() for name in names)


def _is_header(names: tuple[str, ...], declared: set[str]) -> bool:
    return len(declared.intersection(names)) >= _HEADER_FROM * len(names)


def _difference(missing: list[str], unknown: list[str], names: tuple[str, ...], declared: set[str]) -> str:
    if not _is_header(names, declared):
        return (
            f"the first line is not this file's header: {len(declared)} columns declared, {len(names)} came, "
            f"{len(declared.intersection(names))} of them declared; valid: {', '.join(sorted(declared))}"
        )
    parts = []
    if missing:
        parts.append("declared and not there: " + ", ".join(missing))
    if unknown:
        parts.append("there and not declared: " + ", ".join(_said(name, missing) for name in unknown))
    return "; ".join(parts)


def _said(name: str, missing: list[str]) -> str:
    if not _COLUMN_WORD.fullmatch(name):
        return "(a name that is no column word)"
    close = difflib.get_close_matches(name, missing, n=1, cutoff=0.6)
    return f"{name} (renamed from {close[0]}?)" if close else name
