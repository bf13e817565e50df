"""Takes a file in: hashed, copied once, never changed again.

What is hashed, what lies in the zone and what was received are one. A file that nobody knows is copied while
it is hashed, so that the copy has the very bytes that were hashed. Where the file changed meanwhile, and of
any other file, a copy is made behind the hash, and hashed again.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pipeline.landing.copying import LARGE_FROM, Copied, State, copy_and_hash, hash_of, settled, stands_still
from pipeline.landing.feeds import Feed
from pipeline.zones import Zones

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
    copied: Copied | None = None  # where it was copied while it was hashed

    @property
    def file_id(self) -> str:
        """First 16 hex digits of the hash over source, sender, date, name and content hash."""
        parts = (self.feed.source, self.feed.sender, self.extract_date.isoformat(), self.name, self.sha256)
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def look_at(path: Path, feed: Feed, extract_date: date, *, copy_to: Path | None = None) -> Received:
    """Hash a file where the sender put it; one that will be taken in is best copied on the way. Where that
    cannot be written it is hashed alone: taking it in says why."""
    with path.open("rb", buffering=0) as file:
        copied = None
        if copy_to:
            with suppress(OSError):
                digest, copied = copy_and_hash(file, copy_to)
            if copied is None:
                copy_to.unlink(missing_ok=True)
        if copied is None:
            file.seek(0)
            digest = hash_of(file)
        size = file.tell()
    return Received(
        feed=feed,
        extract_date=extract_date,
        name=path.name,
        path=path,
        sha256=digest,
        size=size,
        copied=copied,
    )


def take_in(zones: Zones, received: Received, name: str) -> Received:
    """Put a copy of a file into the received zone under ``name``, read-only: what was hashed.

    A name that already holds other content (a re-send of the same day) keeps it: the new content lies
    beside it, its ``file_id`` appended to its name.
    """
    with taken_in(zones, received, name) as copy:
        return copy


@contextmanager
def taken_in(zones: Zones, received: Received, name: str) -> Iterator[Received]:
    """As :func:`take_in`, while the copy is worked with in the block: it is looked at again beside that.

    Raises :class:`OSError` at the end of the block where the copy is not what was hashed: nothing of it may
    be recorded.
    """
    target = received_path(zones, received, name)
    is_new, seen = not target.exists(), None
    if is_new:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_name(f".{received.file_id}.part")
        is_hashed = _put_hashed(received, part)
        if not is_hashed:
            shutil.copyfile(received.path, part)
        part.chmod(0o400)
        part.replace(target)
        seen = settled(target) if is_hashed and received.size >= LARGE_FROM else None
    with ThreadPoolExecutor(max_workers=1) as beside:
        is_sound = None if seen else beside.submit(_is_as_hashed, target, received)
        yield replace(received, path=target, problem="", copied=None)
        if not (is_sound.result() if is_sound else _is_as_hashed(target, received, seen)):
            if is_new:  # else it would stand in the way of the next run's
                target.unlink()
            raise OSError(f"{received.feed}/{received.extract_date}/{name}: the copy differs from the file")


def _put_hashed(received: Received, part: Path) -> bool:
    """Whether the copy that was hashed is now ``part``: only where the file stood still until it was made.

    Raises :class:`OSError` where it is no longer what was hashed."""
    copied = received.copied
    if not copied or not stands_still(received.path, copied.sent):
        return False
    if not stands_still(copied.path, copied.own):
        raise OSError(f"{received.feed}/{received.extract_date}: a copy changed behind its hash")
    with suppress(OSError):  # as where the zones lie on several file systems
        copied.path.replace(part)
        return True
    return False


def _is_as_hashed(target: Path, received: Received, seen: State | None = None) -> bool:
    """Whether a copy in the zone is what was hashed: it stands still since, or is hashed again."""
    if seen and stands_still(target, seen):
        return True
    with target.open("rb", buffering=0) as file:
        return hash_of(file) == received.sha256


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
