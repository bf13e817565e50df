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
_NEWLINE, _SPACE, _QUOTE, _COMMA = 0x0A, 0x20, 0x22, 0x2C
_NO_BREAK = (0xC2, 0xA0)  # a no-break space
_BEFORE, _BEHIND = 3, 2  # bytes beside white space that tell whether it is at an edge
_BOM = b"\xef\xbb\xbf"
_STRAY_QUOTES_AT_MOST = 2_000  # in one block
_QUOTES_AT_ONCE = 1024  # looked at together; behind a stray one the rest are looked at again

Offsets = NDArray[np.int64]
Bytes = NDArray[np.uint8]
_IS_BORDER = np.isin(np.arange(256), [_COMMA, _NEWLINE])
_BORDERS = np.full(_BEFORE + _BEHIND, _NEWLINE, dtype=np.uint8)
_NOWHERE = np.empty(0, dtype=np.int64)


class UnreadableError(ValueError):
    """The file cannot be divided into records; carries no text of it."""


@dataclass(frozen=True, slots=True)
class Structure:
    """What the bytes of a file say about its records (the header is one of them).

    ``has_blank_edges``: a value may begin or end with white space; false only where none does.
    """

    records: int
    blank_lines: Offsets
    is_quote_open: bool
    ends_with_newline: bool
    has_blank_edges: bool = True

    @property
    def rows(self) -> int:
        """Data records: all but the header."""
        return max(self.records - 1, 0)


def scan(path: Path) -> Structure:
    """Structure of a file whose lines end with a line feed."""
    inside, before, records = False, _NEWLINE, 0
    blanks: list[Offsets] = []
    is_padded, held = False, _BORDERS
    for offset, block in _blocks(path):
        quotes = _toggles(block, inside, before)
        is_padded = is_padded or _is_padded(held, block, quotes, inside)
        held = np.concatenate([held, block[-len(held) :]])[-len(held) :]
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
        has_blank_edges=is_padded or _is_padded(held, _BORDERS[:_BEHIND], _NOWHERE, inside=False),
    )


def _is_padded(held: Bytes, block: Bytes, quotes: Offsets, inside: bool) -> bool:
    """Whether a value may begin or end with white space in ``block``, or where ``held`` before it ends."""
    seam = np.concatenate([held, block[: len(held)]])
    return _has_blank_edge(seam, _NOWHERE, inside=False) or _has_blank_edge(block, quotes, inside)


def _has_blank_edge(block: Bytes, quotes: Offsets, inside: bool) -> bool:
    """Whether white space, but for the first and last few bytes, is next to a comma or a line feed that is
    not inside of quotes, or to a quote that stands next to any comma or line feed."""
    inner = block[_BEFORE:-_BEHIND]
    low = np.flatnonzero(inner <= _SPACE) + _BEFORE
    bare = low[block[low] != _NEWLINE]
    wide = np.flatnonzero(inner == _NO_BREAK[1]) + _BEFORE
    wide = wide[block[wide - 1] == _NO_BREAK[0]]
    first, last = np.concatenate([low, wide - 1]), np.concatenate([low, wide])
    if any(
        bool(_IS_BORDER[block[at + 2 * step][block[at + step] == _QUOTE]].any())
        for at, step in ((first, -1), (last, 1))
    ):
        return True
    beside = np.concatenate([bare, wide])[
        _IS_BORDER[block[np.concatenate([bare, wide - 1]) - 1]]
        | _IS_BORDER[block[np.concatenate([bare, wide]) + 1]]
    ]
    return bool(((np.searchsorted(quotes, beside) % 2 == 1) == inside).any())


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
    previous = _preceding(block, quotes, before)
    is_bare = (previous != _COMMA) & (previous != _NEWLINE)
    kept, begin, last = [quotes[:0]], 0, -1 if before == _QUOTE else -2
    strays = 0
    while strays < _STRAY_QUOTES_AT_MOST:
        some = quotes[begin : begin + _QUOTES_AT_ONCE]
        opens = (np.arange(len(some)) % 2 == 1) == inside
        doubled = np.diff(some, prepend=last) == 1
        stray = np.flatnonzero(opens & is_bare[begin : begin + len(some)] & ~doubled)
        sound = some[: stray[0]] if len(stray) else some
        kept.append(sound)
        inside ^= bool(len(sound) % 2)
        last = int(sound[-1]) if len(sound) else last
        begin += len(sound) + bool(len(stray))
        strays += bool(len(stray))
        if begin == len(quotes) and not len(stray):
            return np.concatenate(kept)
    raise UnreadableError("too many quotes inside fields that are not quoted")
