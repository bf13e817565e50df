"""Takes a file in: hashed, copied once, never changed again."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pipeline.landing.feeds import Feed
from pipeline.zones import Zones

_BLOCK = 4 * 1024 * 1024
_SUFFIX = re.compile(r"\.[a-z]{1,8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One file as received. ``name`` is the sender's; ``file_id`` names this content of it for ever."""

    feed: Feed
    extract_date: date
    name: str
    path: Path
    sha256: str
    size: int
    problem: str = ""  # why an archive could not be unpacked

    @property
    def file_id(self) -> str:
        """First 16 hex digits of the hash over source, sender, date, name and content hash."""
        parts = (self.feed.source, self.feed.sender, self.extract_date.isoformat(), self.name, self.sha256)
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def look_at(path: Path, feed: Feed, extract_date: date) -> Received:
    """Hash a file where the sender put it."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Received(
        feed=feed,
        extract_date=extract_date,
        name=path.name,
        path=path,
        sha256=digest,
        size=path.stat().st_size,
    )


def take_in(zones: Zones, received: Received, name: str) -> Received:
    """Copy a file into the received zone under ``name``, read-only; the copy's hash must agree.

    A name that already holds other content (a re-send of the same day) keeps it: the new content lies
    beside it, its ``file_id`` appended to its name.
    """
    with taken_in(zones, received, name) as copy:
        return copy


@contextmanager
def taken_in(zones: Zones, received: Received, name: str) -> Iterator[Received]:
    """As :func:`take_in`, while the copy is worked with in the block: it is hashed beside that.

    Raises :class:`OSError` at the end of the block where the copy differs: nothing of it may be recorded.
    """
    target = received_path(zones, received, name)
    if not target.exists():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_name(f".{received.file_id}.part")
        shutil.copyfile(received.path, part)
        part.chmod(0o400)
        part.replace(target)
    with ThreadPoolExecutor(max_workers=1) as beside:
        hashed = beside.submit(look_at, target, received.feed, received.extract_date)
        yield replace(received, path=target, problem="")
        if hashed.result().sha256 != received.sha256:
            raise OSError(f"{received.feed}/{received.extract_date}/{name}: the copy differs from the file")


def received_path(zones: Zones, received: Received, name: str) -> Path:
    """Where the received copy of a file lies, or will."""
    folder = zones.received / received.feed.source / received.feed.sender / received.extract_date.isoformat()
    own = folder / f"{name}.{received.file_id}"
    plain = folder / name
    if own.exists() or not plain.exists():
        return own if own.exists() else plain
    return plain if look_at(plain, received.feed, received.extract_date).sha256 == received.sha256 else own


def unrecognised_name(received: Received) -> str:
    """A name for a file that nothing declares: its own may be a person's, so it is not repeated."""
    suffix = received.path.suffix.lower()
    return f"unrecognised-{received.file_id}{suffix if _SUFFIX.fullmatch(suffix) else ''}"
