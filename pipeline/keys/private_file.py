"""Files of ``keys/``: read only where nobody else can have written them, written whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from pipeline.errors import SetupError
from pipeline.keys.secret import Secret


def read(path: Path) -> Secret:
    """What a key file holds.

    Raises :class:`SetupError` for a link, another owner, a mode wider than 0600, or a folder that
    others may write to. What is judged is the very file that is read: it is opened first.
    """
    name = f"keys/{path.name}"
    _require_own_folder(path.parent)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        why = "is a link; valid: the file itself" if path.is_symlink() else "cannot be opened"
        raise SetupError(f"{name} {why} ({type(error).__name__})") from None
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise SetupError(f"{name} is not a file; valid: a file of mode 0600")
        if found.st_uid != os.geteuid():
            raise SetupError(f"{name} belongs to another user; valid: the user that runs the pipeline")
        if found.st_mode & 0o077:
            raise SetupError(f"{name} has mode {found.st_mode & 0o777:04o}, others may read it; valid: 0600")
        return Secret(file.read())


def create(path: Path, text: str) -> None:
    """Write a file that is not there; where two processes race, the first one's file stands."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = _write_fresh(path, text)
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    _flush(path.parent)


def replace(path: Path, text: str) -> None:
    """Put a new text in place of the file's, in one step; the old bytes are overwritten where they lay.

    On a disk that writes elsewhere (SSD, copy on write, a snapshot, a backup) old bytes may outlast this:
    docs/keys.md says what then destroys them.
    """
    supersede(path, _write_fresh(path, text))


def supersede(path: Path, fresh: Path) -> None:
    """Put the file ``fresh`` in the place of ``path`` in one step, and overwrite the old bytes."""
    with path.open("r+b") as old:
        fresh.replace(path)
        _flush(path.parent)
        size = os.fstat(old.fileno()).st_size
        old.write(b"\0" * size)
        old.flush()
        os.fsync(old.fileno())


def _write_fresh(path: Path, text: str) -> Path:
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    return fresh


def _require_own_folder(folder: Path) -> None:
    """Who may write to the folder may put another file in the key's place."""
    found = folder.stat()
    if found.st_uid not in (os.geteuid(), 0):
        raise SetupError("the folder keys/ belongs to another user; valid: the user that runs the pipeline")
    if found.st_mode & 0o022:
        raise SetupError(
            f"the folder keys/ has mode {found.st_mode & 0o777:04o}, others may write to it; valid: 0700"
        )


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
