"""Where the signs of CSV stand in a file's bytes: quotes, line feeds, white space at what may be an edge.

What a block of bytes says by itself is found by several threads; what it means depends on the quotes before
it, and is for :mod:`pipeline.landing.scan` to say, block after block.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

NEWLINE, SPACE, QUOTE, COMMA = 0x0A, 0x20, 0x22, 0x2C
BEFORE, BEHIND = 3, 2  # bytes beside white space that tell whether it is at an edge
_NO_BREAK = b"\xc2\xa0"  # a no-break space
_BLOCK, _PIECE = 8 * 1024 * 1024, 256 * 1024
_BOM = b"\xef\xbb\xbf"
_THREADS = min(os.cpu_count() or 1, 4)  # each holds a block; one alone has to read them

Offsets = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Found = TypeVar("Found")
NOWHERE: Offsets = np.empty(0, dtype=np.int64)
_IS_BORDER = np.isin(np.arange(256), [COMMA, NEWLINE])


@dataclass(frozen=True, slots=True)
class Signs:
    """What the bytes of one block say. ``beside``: white space, but for the first and last few bytes, next to
    a comma or a line feed; ``at_quote``: some is next to a quote that stands next to either."""

    quotes: Offsets
    ends: Offsets
    beside: Offsets
    at_quote: bool


def signs_of(text: bytes) -> Signs:
    """The signs of a block."""
    block = as_array(text)
    low = _where(block, lambda piece: piece <= SPACE)
    is_end = block[low] == NEWLINE
    beside, at_quote = _edges(block, low, low[~is_end], _no_breaks(text, block))
    quotes = _where(block, lambda piece: piece == QUOTE) if b'"' in text else NOWHERE
    return Signs(quotes, low[is_end], beside, at_quote)


def line_feeds(text: bytes) -> Offsets:
    """Where line feeds stand in a block."""
    return _where(as_array(text), lambda piece: piece == NEWLINE)


def looked_at(path: Path, look: Callable[[bytes], Found]) -> Iterator[tuple[int, bytes, Found]]:
    """A file (without a byte-order mark) block by block: its place, its bytes, and what ``look`` found in it;
    the next ones are looked at meanwhile."""
    ahead: deque[tuple[int, bytes, Future[Found]]] = deque()
    with ThreadPoolExecutor(max_workers=_THREADS) as threads:
        for start, text in _blocks(path):
            ahead.append((start, text, threads.submit(look, text)))
            if len(ahead) > _THREADS:
                yield _found(ahead)
        while ahead:
            yield _found(ahead)


def _found(ahead: deque[tuple[int, bytes, Future[Found]]]) -> tuple[int, bytes, Found]:
    start, text, found = ahead.popleft()
    return start, text, found.result()


def as_array(text: bytes) -> Bytes:
    """The bytes as numbers, not copied."""
    return np.frombuffer(text, dtype=np.uint8)


def _edges(block: Bytes, low: Offsets, bare: Offsets, wide: Offsets) -> tuple[Offsets, bool]:
    """``low``: white space of one byte, ``bare`` without line feeds; ``wide``: the last byte of two."""
    low, bare, wide = (at[(at >= BEFORE) & (at < len(block) - BEHIND)] for at in (low, bare, wide))
    first, last = np.concatenate([low, wide - 1]), np.concatenate([low, wide])
    at_quote = any(
        bool(_IS_BORDER[block[at + 2 * step][block[at + step] == QUOTE]].any())
        for at, step in ((first, -1), (last, 1))
    )
    beside = np.concatenate([bare, wide])[
        _IS_BORDER[block[np.concatenate([bare, wide - 1]) - 1]]
        | _IS_BORDER[block[np.concatenate([bare, wide]) + 1]]
    ]
    return beside, at_quote


def _no_breaks(text: bytes, block: Bytes) -> Offsets:
    if _NO_BREAK[1:] not in text:  # to look for both bytes takes seventy times as long
        return NOWHERE
    last = _where(block, lambda piece: piece == _NO_BREAK[1])
    is_second: Flags = block[np.maximum(last - 1, 0)] == _NO_BREAK[0]
    return last[is_second]


def _blocks(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        start = len(_BOM) if file.read(len(_BOM)) == _BOM else 0
        file.seek(start)
        while text := file.read(_BLOCK):
            yield start, text
            start += len(text)


def _where(block: Bytes, test: Callable[[Bytes], Flags]) -> Offsets:
    """Where a test holds in a block, looked through in pieces that the processor's own memory holds."""
    pieces = range(0, len(block), _PIECE)
    found = [np.flatnonzero(test(block[start : start + _PIECE])) + start for start in pieces]
    return np.concatenate(found) if found else NOWHERE
