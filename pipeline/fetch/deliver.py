"""A fetched file takes its place where landing finds it, under the name that the sender gave it.

``landing/fetched/<source>/<sender>/<date>/<name>``. A name that holds another content keeps it until that was
landed, which keeps its own copy; then the newer content takes its place, as in a folder that a sender
writes to. Control totals (``manifest.json``) are joined to those that are there: the newest word about a
file counts.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.fetch.names import MANIFEST
from pipeline.fetch.place import Sent
from pipeline.ledger import Ledger
from pipeline.zones import Zones


class NameTakenError(ValueError):
    """The name holds something else that must not be lost; the text says what would be valid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A file that lies whole and flushed in ``part``, and where it belongs."""

    feed: Sent
    day: date
    name: str
    part: Path
    sha256: str


def deliver(zones: Zones, ledger: Ledger, ready: Ready) -> None:
    """Move the file to its place in one step; done again, it changes nothing.

    Raises :class:`NameTakenError`; ``part`` then stays where it is.
    """
    folder = zones.fetched / ready.feed.source / ready.feed.sender / ready.day.isoformat()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(zones):
        target = folder / ready.name
        if ready.name == MANIFEST and target.exists():
            _join(ready.part, target)
        elif os.path.lexists(target):
            _require_replaceable(ledger, ready, target)
        flush_file(ready.part)
        ready.part.replace(target)
        for path in (folder, *list(folder.parents)[:3]):
            flush_folder(path)


def flush_file(path: Path) -> None:
    """Have what was written to a file on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _alone(zones: Zones) -> Iterator[None]:
    """One at a time, across threads and processes: two feeds of a sender share its folders."""
    zones.fetching.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(zones.fetching / ".deliver.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _require_replaceable(ledger: Ledger, ready: Ready, target: Path) -> None:
    if target.is_symlink() or not target.is_file():
        raise NameTakenError("its name is that of something that is no file here; valid: another name")
    if digest(target) == ready.sha256:
        return
    rows = ledger.query(
        "select file_sha256 from file where source = ? and sender = ? and extract_date = ?",
        (ready.feed.source, ready.feed.sender, ready.day.isoformat()),
    )
    if not _contents(target) <= {row["file_sha256"] for row in rows}:
        raise NameTakenError(
            "its name and day hold another content that is not landed yet; valid: another name, or to wait: "
            "it is taken by the first fetch after a run has landed the other"
        )


def _contents(path: Path) -> set[str]:
    """Digests under which landing knows a file: its own, or those of an archive's members."""
    if path.suffix.lower() != ".zip":
        return {digest(path)}
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir() and _is_landed(one.filename)]
            found = set()
            for entry in entries:
                with archive.open(entry) as member:
                    found.add(hashlib.file_digest(member, "sha256").hexdigest())  # type: ignore[arg-type]
        return found
    except (zipfile.BadZipFile, EOFError, zlib.error, RuntimeError, ValueError):
        return {digest(path)}  # one that landing cannot open stands for itself


def _is_landed(member: str) -> bool:
    """Whether landing takes the member of an archive for a file of the extract."""
    name = PurePosixPath(member.replace("\\", "/")).name
    return not name.startswith(".") and name != MANIFEST and "__MACOSX/" not in member


def _join(part: Path, target: Path) -> None:
    """Write into ``part`` the totals of both; raises :class:`NameTakenError` where either cannot be read."""
    try:
        totals = {**_totals(target), **_totals(part)}
    except (ValueError, KeyError, TypeError):
        raise NameTakenError(
            'one of two manifests of its day is not in form; valid: {"files": [{"name": …, "rows": …, '
            '"sha256": …}]}'
        ) from None
    part.write_text(json.dumps({"files": list(totals.values())}, indent=1), encoding="utf-8")


def _totals(path: Path) -> dict[str, Any]:
    listed = json.loads(path.read_text("utf-8-sig"))["files"]
    return {str(entry["name"]).lower(): entry for entry in listed}


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
