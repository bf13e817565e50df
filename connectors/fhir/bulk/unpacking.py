"""Looks at a file while it passes: whether its compression is whole, and how many lines it holds.

Nothing is held in memory but the piece at hand, however long a line is or however much a piece unpacks to.
"""

from __future__ import annotations

import zlib

import numpy as np

from connectors.fhir.bulk.faults import DamagedFileError

GZIP_MAGIC = b"\x1f\x8b"
_PIECE = 1 << 22
_NEWLINE = 0x0A


class Lines:
    """Counts the lines that hold anything, as landing does: spaces, tabs and carriage returns are nothing."""

    def __init__(self) -> None:
        self._ended = 0
        self._before = _NEWLINE

    def take(self, piece: bytes) -> None:
        """Look at the next piece."""
        told = np.frombuffer(piece.translate(None, b" \t\r"), dtype=np.uint8)
        if not len(told):
            return
        ends = told == _NEWLINE
        follows = np.concatenate(([self._before == _NEWLINE], ends[:-1]))
        self._ended += int(np.count_nonzero(ends & ~follows))
        self._before = int(told[-1])

    @property
    def rows(self) -> int:
        """Lines so far; the last need not end with a newline."""
        return self._ended + (self._before != _NEWLINE)


class Unpacking:
    """Follows the bytes of one file, compressed or not."""

    def __init__(self) -> None:
        self._lines = Lines()
        self._head = b""
        self._inflate: zlib._Decompress | None = None
        self._is_begun = False

    @property
    def is_gzip(self) -> bool:
        """Whether the file is compressed, as its first two bytes say."""
        return self._inflate is not None

    def take(self, piece: bytes) -> None:
        """Look at the next piece; raises :class:`DamagedFileError` where its compression is broken."""
        if not self._is_begun:
            self._head += piece
            if len(self._head) < len(GZIP_MAGIC):
                return
            piece = self._begin()
        self._follow(piece)

    def end(self) -> int:
        """The number of lines; raises :class:`DamagedFileError` where the compression was cut short."""
        if not self._is_begun:
            self._follow(self._begin())
        if self._inflate is not None and not self._inflate.eof:
            raise DamagedFileError("its compression was cut short")
        return self._lines.rows

    def _begin(self) -> bytes:
        self._is_begun = True
        if self._head.startswith(GZIP_MAGIC):
            self._inflate = _member()
        return self._head

    def _follow(self, piece: bytes) -> None:
        if self._inflate is None:
            self._lines.take(piece)
            return
        while piece:
            if self._inflate.eof:  # gzip files may follow each other in one
                self._inflate = _member()
            try:
                self._lines.take(self._inflate.decompress(piece, _PIECE))
            except zlib.error:
                raise DamagedFileError("its compression is broken") from None
            piece = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail


def _member() -> zlib._Decompress:
    return zlib.decompressobj(wbits=31)
