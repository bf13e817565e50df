"""The lines of a text file as numbered Arrow batches, which the engine reads with all its threads.

The engine's own readers give a line no number unless one thread reads it all. Here the file is cut at its
line feeds, block by block and without a copy of a line, and each batch brings its numbers with it. Memory
does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from connectors.fhir.json_types import literal
from connectors.types import quoted

LONGEST_LINE = 64 * 1024 * 1024
_BLOCK, _HEAD, _TAIL = 8 * 1024 * 1024, 1024 * 1024, 64 * 1024
_LINE_FEED, _RETURN = 0x0A, 0x0D
_BOM = b"\xef\xbb\xbf"
_BLANK = " \t\r\n"

Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
# Of numbered lines: which to give, and which of all are marked as suspects.
Teller = Callable[[Rows, pa.StringArray], tuple[Flags, Flags]]


class OtherLinesError(ValueError):
    """The file is not lines of UTF-8 text that end with a line feed, or one is too long; quotes nothing."""


@dataclass(slots=True)
class Lines:
    """The lines of ``path`` that are not blank, numbered from 1.

    ``without`` names rows to leave out, in ascending order. ``is_head``: those of its first megabyte are
    enough. ``teller`` says which to give; what it says of those that are given stands beside them.
    """

    path: Path
    without: Rows | None = None
    is_head: bool = False
    teller: Teller | None = None
    failure: Exception | None = field(default=None, init=False)
    begins: list[Rows] = field(default_factory=list, init=False)  # behind a teller: the place of each line

    @contextmanager
    def readable(self, con: duckdb.DuckDBPyConnection, name: str, *, as_json: bool = False) -> Iterator[None]:
        """Let one statement in the block read ``name``, once: ``_row`` BIGINT and ``line``, JSON or VARCHAR
        with its line end; behind a teller also ``_is_suspect`` BOOLEAN. JSON is given unchecked.

        Raises what went wrong with reading or telling the lines, such as :class:`OtherLinesError`, in place
        of what the engine makes of it.
        """
        kind = pa.json_() if as_json else pa.string()
        told = [("_is_suspect", pa.bool_())] if self.teller else []
        schema = pa.schema([("_row", pa.int64()), ("line", kind), *told])
        reader = pa.RecordBatchReader.from_batches(schema, self._batches(schema))
        con.register(name, reader)
        try:
            yield
        except duckdb.Error:
            if self.failure:
                raise self.failure from None
            raise
        finally:
            con.execute(f"drop view if exists {quoted(name)}")
            con.unregister(name)
            reader.close()

    def _batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        first = 1
        try:
            for begin, block in _read(self.path, is_head=self.is_head):
                lines, begins = _not_blank(_cut(block))
                if self.teller:
                    self.begins.append(begins + begin)
                rows = np.arange(first, first + len(lines), dtype=np.int64)
                first += len(lines)
                kept, told = self._kept(rows, lines)
                if kept is not None:
                    lines, rows = lines.filter(pa.array(kept)), rows[kept]
                if len(lines):
                    typed = lines.cast(pa.string()) if schema.field("line").type == pa.string() else (
                        pa.ExtensionArray.from_storage(schema.field("line").type, lines)
                    )  # fmt: skip
                    flags = [pa.array(one if kept is None else one[kept]) for one in told]
                    yield pa.RecordBatch.from_arrays([pa.array(rows), typed, *flags], schema=schema)
        except Exception as error:
            self.failure = error
            raise

    def texts_of(self, rows: Rows) -> pa.StringArray:
        """The lines of a few rows, once a teller has seen all: read where they lie."""
        if not len(rows):
            return pa.array([], pa.string())
        with self.path.open("rb") as file:
            found = [self._line_at(file, begin) for begin in np.concatenate(self.begins)[rows - 1].tolist()]
        return pa.array(found, pa.binary()).cast(pa.string())

    @staticmethod
    def _line_at(file: BinaryIO, begin: int) -> bytes:
        file.seek(begin)
        return file.readline()

    def _kept(self, rows: Rows, lines: pa.StringArray) -> tuple[Flags | None, tuple[Flags, ...]]:
        """Which lines to give, None for all of them; and, behind a teller, which are suspects."""
        if self.teller:
            kept, suspect = self.teller(rows, lines)
            return (None if kept.all() else kept), (suspect,)
        if self.without is not None and len(self.without):
            return ~_among(rows, self.without), ()
        return None, ()


@contextmanager
def trimmed_lines(con: duckdb.DuckDBPyConnection, path: Path) -> Iterator[str]:
    """Let one statement in the block use what is given, once: a SELECT of ``_row, line`` of the lines of
    ``path``, without their ends. Raises :class:`OtherLinesError`."""
    with Lines(path).readable(con, "file_lines"):
        yield "select _row, rtrim(line, chr(10) || chr(13)) as line from file_lines"


def lines_of(path: Path) -> str:
    """SELECT of ``_row, line`` of a file for which :class:`Lines` raises: the engine's own way to read lines,
    with one thread and not of lines that hold a unit separator."""
    return f"""
        select row_number() over () as _row, line
        from read_csv({literal(str(path))}, columns = {{'line': 'VARCHAR'}}, header = false,
            auto_detect = false, delim = chr(31), quote = '', escape = '', strict_mode = false,
            max_line_size = {LONGEST_LINE}, buffer_size = {2 * LONGEST_LINE})
        where trim(line, ' \t\r') <> ''"""


def _among(rows: Rows, named: Rows) -> Flags:
    """Which of ``rows``, that follow one another, are named; both in ascending order."""
    among = np.zeros(len(rows), dtype=np.bool_)
    if len(rows):
        begin, end = np.searchsorted(named, [rows[0], rows[-1] + 1])
        among[named[begin:end] - rows[0]] = True
    return among


def _read(path: Path, *, is_head: bool) -> Iterator[tuple[int, Bytes]]:
    return islice(_blocks(path, _HEAD), 1) if is_head else _blocks(path, _BLOCK)


def _blocks(path: Path, size: int) -> Iterator[tuple[int, Bytes]]:
    """The file in pieces that end with a line feed, but for the last one, each with its place. Each is read
    to where it stays: to join what is left of one with the next would copy both."""
    with path.open("rb", buffering=0) as file:
        held = np.frombuffer(file.read(len(_BOM)).removeprefix(_BOM), dtype=np.uint8)
        begin = file.tell() - len(held)
        while True:
            block = np.empty(len(held) + size, dtype=np.uint8)
            block[: len(held)] = held
            read = file.readinto(block.data[len(held) :])
            block = block[: len(held) + read]
            if not read:
                break
            cut = _behind_last_line_feed(block, len(held))
            if not cut and len(block) > LONGEST_LINE:
                raise OtherLinesError("a line is too long")
            if cut:
                yield begin, block[:cut]
            held = block[cut:]
            begin += cut
        if len(held):
            yield begin, held


def _behind_last_line_feed(block: Bytes, begin: int) -> int:
    """Place behind the last line feed of ``block`` from ``begin`` on; 0 where there is none."""
    end = len(block)
    while end > begin:
        start = max(end - _TAIL, begin)
        found = np.flatnonzero(block[start:end] == _LINE_FEED)
        if len(found):
            return start + int(found[-1]) + 1
        end = start
    return 0


def _cut(data: Bytes) -> pa.StringArray:
    """One text a line, its line end with it."""
    ends = np.flatnonzero(data == _LINE_FEED) + 1
    if not len(ends) or ends[-1] != len(data):
        ends = np.append(ends, len(data))
    returns = np.flatnonzero(data == _RETURN)
    if len(returns) and (returns[-1] + 1 == len(data) or bool((data[returns + 1] != _LINE_FEED).any())):
        raise OtherLinesError("a carriage return stands alone")
    starts = np.zeros(len(ends) + 1, dtype=np.int32)
    starts[1:] = ends
    lines = pa.StringArray.from_buffers(len(ends), pa.py_buffer(starts), pa.py_buffer(data))
    try:
        lines.validate(full=True)
    except pa.ArrowInvalid:
        raise OtherLinesError("not UTF-8") from None
    return lines


def _not_blank(lines: pa.StringArray) -> tuple[pa.StringArray, Rows]:
    """Without the lines of nothing but white space, and where each begins; the numbers of the others do not
    count them."""
    data = np.frombuffer(lines.buffers()[2], dtype=np.uint8)
    starts = np.frombuffer(lines.buffers()[1], dtype=np.int32)[: len(lines)]
    doubtful = np.flatnonzero(np.isin(data[starts], np.frombuffer(_BLANK.encode(), dtype=np.uint8)))
    if not len(doubtful):
        return lines, starts.astype(np.int64)
    blank = pc.equal(pc.utf8_trim(lines.take(pa.array(doubtful)), _BLANK), "")
    kept = np.ones(len(lines), dtype=np.bool_)
    kept[doubtful] = ~blank.to_numpy(zero_copy_only=False)
    return lines.filter(pa.array(kept)), starts[kept].astype(np.int64)
