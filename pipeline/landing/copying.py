"""Copies a file, hashes the copy, and tells whether a copy still is what was hashed."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from io import FileIO
from itertools import cycle
from pathlib import Path

LARGE_FROM = (
    16 * 1024 * 1024
)  # bytes; below, a file is hashed again sooner than it is asked whether it stood still
_BLOCK = 16 * 1024 * 1024
_TICK = 0.02  # seconds: what is changed twice in less may bear one time

State = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that was hashed. ``sent``: the state of the file before its first byte was read; ``own``: that
    of the copy once it was hashed."""

    path: Path
    sent: State
    own: State


def state_of(file: FileIO) -> State:
    """What changes with a file's content or with the file of a name: of an open file, so of the one that is
    read. Nobody can set the time of the last change (``ctime``) back."""
    seen = os.fstat(file.fileno())
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns


def stands_still(path: Path, state: State) -> bool:
    """Whether the file is there, and as it was; a file that is gone has not stood still."""
    try:
        with path.open("rb", buffering=0) as file:
            return state_of(file) == state
    except OSError:
        return False


def hash_of(file: FileIO) -> str:
    """SHA-256 of an open file, in hex digits."""
    return hashlib.file_digest(file, "sha256").hexdigest()


def copy_and_hash(file: FileIO, target: Path) -> tuple[str, Copied]:
    """Copy an open file to ``target``, hashing what is written while it is written; gives the hash as
    :func:`hash_of` does."""
    sent, digest = state_of(file), hashlib.sha256()
    with target.open("w+b", buffering=0) as copy, ThreadPoolExecutor(max_workers=1) as beside:
        writing: Future[None] | None = None
        for block in _blocks(file):
            if writing:
                writing.result()  # raises what writing did
            writing = beside.submit(_write, copy, block)
            digest.update(block)
        if writing:
            writing.result()
        return digest.hexdigest(), Copied(target, sent, state_of(copy))


def _blocks(file: FileIO) -> Iterator[memoryview]:
    """The file block by block, each in one of two places, in turn. What was read is not kept in the kernel's
    memory, for what is written takes its place; of less at once it would keep some, as it holds files in
    pieces."""
    size = min(os.fstat(file.fileno()).st_size + 1, _BLOCK)
    for place in cycle((bytearray(size), bytearray(size))):
        begin, read = file.tell(), file.readinto(place)
        if not read:
            return
        os.posix_fadvise(file.fileno(), begin, read, os.POSIX_FADV_DONTNEED)
        yield memoryview(place)[:read]


def _write(copy: FileIO, block: memoryview) -> None:
    while block:
        block = block[copy.write(block) :]


def settled(path: Path) -> State:
    """The state of a file, behind the moment in which a change would not show in it."""
    time.sleep(_TICK)
    with path.open("rb", buffering=0) as file:
        return state_of(file)
