"""Counts the records of a CSV file from its bytes alone, independently of the reader.

The reader's good and refused rows must add up to this count; a reader that lost a row without a word
would otherwise balance. Quoting is read as RFC 4180 has it: a quote opens a field only at its start.
Everything is vectorised over blocks of bytes, so that memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_BLOCK, _PIECE = 8 * 1024 * 1024, 256 * 1024
_NEWLINE, _QUOTE, _COMMA = 0x0A, 0x22, 0x2C
_BOM = b"\xef\xbb\xbf"
_STRAY_QUOTES_AT_MOST = 2_000  # in one block; each costs a pass over the block

Offsets = NDArray[np.int64]
Bytes = NDArray[np.uint8]


class UnreadableError(ValueError):
    """The file cannot be divided into records; carries no text of it."""


@dataclass(frozen=True, slots=True)
class Structure:
    """What the bytes of a file say about its records (the header is one of them)."""

    records: int
    blank_lines: Offsets
    is_quote_open: bool
    ends_with_newline: bool

    @property
    def rows(self) -> int:
        """Data records: all but the header."""
        return max(self.records - 1, 0)


def scan(path: Path) -> Structure:
    """Structure of a file whose lines end with a line feed."""
    inside, before, records = False, _NEWLINE, 0
    blanks: list[Offsets] = []
    for offset, block in _blocks(path):
        quotes = _toggles(block, inside, before)
        ends = _where(block, _NEWLINE)
        outside = ends[(np.searchsorted(quotes, ends) % 2 == 1) == inside]
        blank = outside[_preceding(block, outside, before) == _NEWLINE]
        records += len(outside) - len(blank)
        blanks.append(blank + offset)
        inside ^= bool(len(quotes) % 2)
        before = int(block[-1])
    ended = before == _NEWLINE and not inside
    return Structure(
        records=records + (not ended),
        blank_lines=np.concatenate(blanks) if blanks else np.empty(0, dtype=np.int64),
        is_quote_open=inside,
        ends_with_newline=before == _NEWLINE,
    )


def line_numbers(path: Path, offsets: Offsets) -> Offsets:
    """Physical line (1 = the first) in which each byte offset lies."""
    lines = np.ones(len(offsets), dtype=np.int64)
    for start, block in _blocks(path):
        ends = _where(block, _NEWLINE) + start
        lines += np.searchsorted(ends, offsets)
    return lines


def _blocks(path: Path) -> Iterator[tuple[int, Bytes]]:
    with path.open("rb") as file:
        start = len(_BOM) if file.read(len(_BOM)) == _BOM else 0
        file.seek(start)
        while chunk := file.read(_BLOCK):
            yield start, np.frombuffer(chunk, dtype=np.uint8)
            start += len(chunk)


def _where(block: Bytes, byte: int) -> Offsets:
    """Where a byte stands in a block, looked through in pieces that the processor's own memory holds."""
    pieces = range(0, len(block), _PIECE)
    found = [np.flatnonzero(block[start : start + _PIECE] == byte) + start for start in pieces]
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _preceding(block: Bytes, positions: Offsets, before: int) -> Bytes:
    found = block[np.maximum(positions - 1, 0)].copy()
    found[positions == 0] = before
    return found


def _toggles(block: Bytes, inside: bool, before: int) -> Offsets:
    """Positions of the quotes that open or close a field; a stray one inside a bare field is none."""
    quotes = _where(block, _QUOTE)
    for _ in range(_STRAY_QUOTES_AT_MOST):
        opens = (np.arange(len(quotes)) % 2 == 1) == inside
        previous = _preceding(block, quotes, before)
        doubled = np.diff(quotes, prepend=-1 if before == _QUOTE else -2) == 1
        stray = np.flatnonzero(opens & (previous != _COMMA) & (previous != _NEWLINE) & ~doubled)
        if not len(stray):
            return quotes
        quotes = np.delete(quotes, stray[0])
    raise UnreadableError("too many quotes inside fields that are not quoted")
