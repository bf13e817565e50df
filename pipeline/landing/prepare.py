"""A native file made ready for the reader: unpacked, line feeds only, without trailing delimiter or total.

Senders' tools write a comma behind the last field, or a last line with the number of rows. Neither is data.
What was taken away is a warning, and a total that is not the number of rows refuses the file.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from connectors.declare import NativeFile, Severity
from pipeline.landing.outcomes import Broken
from pipeline.landing.read_csv import normalised
from pipeline.landing.receive import Received
from pipeline.landing.unpack import gunzipped

_TAIL = 64 * 1024
_HEAD = 1_000_000
# First field of a trailer: a word for one, never the key of a row. Then nothing but one number.
_TRAILER_WORD = re.compile(
    r"(grand[ _-]?)?totals?([ _-]?(rows?|records?|count))?|(row|record)s?[ _-]?(count|total)|trailer|trl|eof"
    r"|end[ _-]?of[ _-]?file", re.IGNORECASE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the reader is to read, what was taken off it, and the total that stood in its trailer."""

    path: Path
    broken: tuple[Broken, ...] = ()
    total: int | None = None

    def met(self, rows_in: int) -> tuple[Broken, ...]:
        """What was found, with the total that the rows do not meet."""
        if self.total is None or self.total == rows_in:
            return self.broken
        return (*self.broken, Broken("trailing_total_differs", Severity.FILE, rows_in))


def prepare(received: Received, file: NativeFile, work: Path) -> Prepared:
    """Make a received native file ready. Raises :class:`pipeline.landing.scan.UnreadableError` where its
    compression is broken."""
    path = normalised(gunzipped(received.path, received.name, work), work)
    return _without_delimiter(_without_trailer(Prepared(path), work), file, work)


def _without_trailer(found: Prepared, work: Path) -> Prepared:
    start, line = _last_line(found.path)
    fields = _fields(line)
    word = fields[0].strip() if fields else ""
    rest = [field.strip() for field in fields[1:] if field.strip()]
    if start == 0 or not _TRAILER_WORD.fullmatch(word) or len(rest) > 1:
        return found
    if rest and not re.fullmatch(r"\d{1,12}", rest[0]):
        return found
    path = _own_copy(found.path, work / "without-trailer")
    os.truncate(path, start)
    total = int(rest[0]) if rest else None
    return Prepared(path, (*found.broken, Broken("trailing_total", Severity.WARNING, 1)), total)


def _without_delimiter(found: Prepared, file: NativeFile, work: Path) -> Prepared:
    """Give the comma behind the last field a column, where the header or the first row has one too many."""
    with found.path.open("rb") as lines:
        header, first = lines.readline(_HEAD), lines.readline(_HEAD)
    names, row = _fields(header.removeprefix(b"\xef\xbb\xbf")), _fields(first)
    declared = {column.name for column in file.columns}
    # Only where every declared column is named: else the field too many may be that of a column left out.
    is_whole = {name.strip() for name in names} == declared
    warning = Broken("trailing_delimiter", Severity.WARNING, 1)
    if len(names) > 1 and not names[-1].strip() and names[-2].strip() in declared:
        return replace(found, broken=(*found.broken, warning))
    if not is_whole or len(row) != len(names) + 1 or row[-1]:
        return found
    path = work / "with-delimiter"
    with found.path.open("rb") as lines, path.open("wb") as copy:
        copy.write(lines.readline(_HEAD).rstrip(b"\n") + b",\n")
        shutil.copyfileobj(lines, copy, 1 << 22)
    return replace(found, path=path, broken=(*found.broken, warning))


def _last_line(path: Path) -> tuple[int, bytes]:
    """Where the last line that is not blank begins, and that line; (0, b"") where it is long."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(size - _TAIL, 0))
        tail = file.read().rstrip(b"\n ")
    begin = tail.rfind(b"\n")
    return (0, b"") if begin < 0 else (max(size - _TAIL, 0) + begin + 1, tail[begin + 1 :])


def _fields(line: bytes) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(line.decode("utf-8").rstrip("\n")), strict=True))
    except (UnicodeError, csv.Error, StopIteration):
        return []


def _own_copy(path: Path, target: Path) -> Path:
    """A copy that may be changed: the received file never is."""
    shutil.copyfile(path, target)
    return target
