"""Copies one file out of a store, in pieces: goes on where it stopped, and takes no content that changed
meanwhile."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.fetch.store.faults import DamagedError, classified
from pipeline.fetch.store.listing import Entry, look_again
from pipeline.fetch.store.reach import Reached

_PIECE = 1 << 20
FLUSHED_EVERY = 64 << 20  # bytes; what is flushed need not be asked for again after a crash


def copy(
    reached: Reached, entry: Entry, part: Path, *, safe_size: int, note_safe: Callable[[int], None]
) -> tuple[str, int]:
    """Copy a file to ``part``; its SHA-256 and size. The first ``safe_size`` bytes are there already.

    ``note_safe`` is told how many bytes are on the disk for certain. Raises :class:`StoreFault` kinds; a file
    that is another one after the copy than before is :class:`DamagedError`.
    """
    before = look_again(reached, entry)
    digest = hashlib.sha256()
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        size = _go_on(file, safe_size, digest)
        size = _copy(reached, entry, file, (digest, size), note_safe)
        file.flush()
        os.fsync(file.fileno())
    if look_again(reached, entry) != before or entry.size not in (None, size):
        raise DamagedError("it changed while it was copied")
    return digest.hexdigest(), size


def _go_on(file: BinaryIO, safe_size: int, digest: Any) -> int:
    """Keep what is there for certain, and nothing behind it; returns its size."""
    there = os.fstat(file.fileno()).st_size
    kept = safe_size if safe_size <= there else 0
    file.truncate(kept)
    while piece := file.read(_PIECE):
        digest.update(piece)
    return kept


def _copy(
    reached: Reached, entry: Entry, file: BinaryIO, so_far: tuple[Any, int], note_safe: Callable[[int], None]
) -> int:
    (digest, size), flushed = so_far, so_far[1]
    with classified():
        source = reached.files.open(entry.full, "rb")
    with source:
        if size:
            with classified():
                source.seek(size)
        while True:
            with classified():
                piece = source.read(_PIECE)
            if not piece:
                return size
            file.write(piece)
            digest.update(piece)
            size += len(piece)
            if size - flushed >= FLUSHED_EVERY:
                file.flush()
                os.fsync(file.fileno())
                note_safe(size)
                flushed = size
