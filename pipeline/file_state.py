"""The state of what something was worked out from, so that it is worked out again once that changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def state_of(told: Iterable[str], files: Iterable[Path]) -> str:
    """A digest of words, and of files as they lie there: their size, place and times.

    The time of a file's last change of any kind cannot be set back.
    """
    return hashlib.sha256("\n".join([*told, *map(_told_of, files)]).encode()).hexdigest()


def _told_of(path: Path) -> str:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return f"{path} none"
    return f"{path} {stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"
