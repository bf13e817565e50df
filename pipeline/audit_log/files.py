"""The log's files: where they lie, one writer at a time, what is written stays, a torn line is kept aside."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SetupError
from pipeline.settings import Settings
from pipeline.zones import Zones

_WAIT_SECONDS = 60.0  # for another writer


@dataclass(frozen=True, slots=True)
class LogFiles:
    """Paths of one deployment's log."""

    folder: Path

    @property
    def log(self) -> Path:
        """The entries, one a line."""
        return self.folder / "log.jsonl"

    @property
    def checkpoints(self) -> Path:
        """The signed checkpoints, one a line."""
        return self.folder / "checkpoints.jsonl"

    @property
    def public_key(self) -> Path:
        """The key that the checkpoints are verified with, PEM."""
        return self.folder / "log.pub"

    @property
    def closed(self) -> Path:
        """Folder of logs that did not verify and were put away as evidence."""
        return self.folder / "closed"

    @property
    def torn(self) -> Path:
        """Folder of half lines that a crash left."""
        return self.folder / "torn"


def log_files(settings: Settings) -> LogFiles:
    """The log of this deployment."""
    return LogFiles(Zones(settings.home).audit)


@contextmanager
def locked(files: LogFiles) -> Iterator[None]:
    """Be the only one who reads or writes the log; raises :class:`SetupError` where that cannot be."""
    with writable("the audit log's lock"):
        files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(files.folder / "log.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        _wait(descriptor)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def writable(what: str) -> Iterator[None]:
    """Turn an error of the file system into one that says what cannot be written."""
    try:
        yield
    except OSError as error:
        raise SetupError(
            f"{what} cannot be written ({os.strerror(error.errno or 0)}): nothing is done without its entry"
        ) from None


def add_line(path: Path, line: bytes) -> None:
    """Append one line and wait until it is on the disk; a part of it that was written is taken back."""
    is_new = not path.exists()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        before = os.fstat(descriptor).st_size
        if os.write(descriptor, line) != len(line):
            os.ftruncate(descriptor, before)
            raise OSError(28, "no space left")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Wait until the names in the folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path) -> tuple[bytes, bytes]:
    """(whole lines, torn rest) of a file; nothing where there is none."""
    content = path.read_bytes() if path.exists() else b""
    end = content.rfind(b"\n") + 1
    return content[:end], content[end:]


def last_line(path: Path, longest: int) -> tuple[bytes, bytes]:
    """(last whole line, torn rest behind it); only the file's end is read."""
    if not path.exists():
        return b"", b""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 2 * longest))
        tail = file.read()
    end = tail.rfind(b"\n") + 1
    begin = tail.rfind(b"\n", 0, max(end - 1, 0)) + 1
    return tail[begin:end], tail[end:]


def first_line(path: Path, longest: int) -> bytes:
    """The first line, as far as ``longest``."""
    with path.open("rb") as file:
        return file.readline(longest)


def set_aside(files: LogFiles, path: Path, torn: bytes) -> Path:
    """Keep the torn rest of ``path`` as a file of its own, then cut it off; returns that file."""
    files.torn.mkdir(mode=0o700, exist_ok=True)
    size = path.stat().st_size - len(torn)
    aside = files.torn / f"{path.stem}-{size}-{time.time_ns()}.part"
    add_line(aside, torn)
    os.truncate(path, size)
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return aside


def _wait(descriptor: int) -> None:
    until = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > until:
                raise SetupError("another process holds the audit log for too long; end it") from None
            time.sleep(0.005)
