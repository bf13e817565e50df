"""Counts the records of a CSV file from its bytes alone, independently of the reader.

The reader's good and refused rows must add up to this count; a reader that lost a row without a word
would otherwise balance. Quoting is read as RFC 4180 has it: a quote opens a field only at its start.
Everything is vectorised over blocks of bytes, so that memory stays bounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.landing.signs import (
    BEFORE,
    BEHIND,
    COMMA,
    NEWLINE,
    NOWHERE,
    QUOTE,
    Bytes,
    Offsets,
    Signs,
    as_array,
    line_feeds,
    looked_at,
    signs_of,
)

_STRAY_QUOTES_AT_MOST = 2_000  # in one block
_BORDERS = np.full(BEFORE + BEHIND, NEWLINE, dtype=np.uint8)


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
    inside, before, records = False, NEWLINE, 0
    blanks: list[Offsets] = []
    is_padded, held = False, _BORDERS
    for offset, text, signs in looked_at(path, signs_of):
        block = as_array(text)
        quotes = _toggles(signs.quotes, block, inside, before)
        is_padded = is_padded or _is_seam_padded(held, block) or _is_padded(signs, quotes, inside)
        held = np.concatenate([held, block[-len(held) :]])[-len(held) :]
        outside = signs.ends[(np.searchsorted(quotes, signs.ends) % 2 == 1) == inside]
        blank = outside[_preceding(block, outside, before) == NEWLINE]
        records += len(outside) - len(blank)
        blanks.append(blank + offset)
        inside ^= bool(len(quotes) % 2)
        before = int(block[-1])
    ended = before == NEWLINE and not inside
    return Structure(
        records=records + (not ended),
        blank_lines=np.concatenate(blanks) if blanks else NOWHERE,
        is_quote_open=inside,
        ends_with_newline=before == NEWLINE,
        has_blank_edges=is_padded or _is_seam_padded(held, _BORDERS[:BEHIND]),
    )


def _is_seam_padded(held: Bytes, block: Bytes) -> bool:
    """Whether a value may begin or end with white space where ``held`` before a block ends, quoted or not."""
    return _is_padded(signs_of(np.concatenate([held, block[: len(held)]]).tobytes()), NOWHERE, inside=False)


def _is_padded(signs: Signs, quotes: Offsets, inside: bool) -> bool:
    """Whether a value may begin or end with white space in a block: beside a comma or a line feed that is not
    inside of quotes, or beside a quote that stands next to any."""
    if signs.at_quote:
        return True
    return bool(((np.searchsorted(quotes, signs.beside) % 2 == 1) == inside).any())


def line_numbers(path: Path, offsets: Offsets) -> Offsets:
    """Physical line (1 = the first) in which each byte offset lies."""
    lines = np.ones(len(offsets), dtype=np.int64)
    for start, _, ends in looked_at(path, line_feeds):
        lines += np.searchsorted(ends + start, offsets)
    return lines


def _preceding(block: Bytes, positions: Offsets, before: int) -> Bytes:
    found = block[np.maximum(positions - 1, 0)].copy()
    found[positions == 0] = before
    return found


def _toggles(quotes: Offsets, block: Bytes, inside: bool, before: int) -> Offsets:
    """Those of the quotes that open or close a field; a stray one inside a bare field is none."""
    previous = _preceding(block, quotes, before)
    is_bare = (previous != COMMA) & (previous != NEWLINE)
    bare = np.flatnonzero(is_bare & (np.diff(quotes, prepend=-2) != 1))
    # A quote opens or closes by how many stand before it: every second one may be stray.
    bare_by_parity = [bare[bare % 2 == parity] for parity in (0, 1)]
    kept, begin, last = [NOWHERE], 0, -1 if before == QUOTE else -2
    for _ in range(_STRAY_QUOTES_AT_MOST):
        if not inside and is_bare[begin : begin + 1].any() and quotes[begin] - last != 1:
            stray = begin  # a doubled one stands beside the last that was kept, and not beside a stray one
        else:
            may_be = bare_by_parity[(begin + inside) % 2]
            behind = may_be[np.searchsorted(may_be, begin, side="right") :][:1]
            stray = int(behind[0]) if len(behind) else len(quotes)
        sound = quotes[begin:stray]
        kept.append(sound)
        if stray == len(quotes):
            return np.concatenate(kept)
        inside ^= bool(len(sound) % 2)
        last = int(sound[-1]) if len(sound) else last
        begin = stray + 1
    raise UnreadableError("too many quotes inside fields that are not quoted")
