"""What lies in a store: every file below the feed's folder, without following a link or a name that leads
out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from fsspec.utils import glob_translate

from pipeline.fetch.store.faults import DamagedError, NotThereError, classified
from pipeline.fetch.store.reach import FOLDERS, Reached

_ENTRIES_AT_MOST = 1_000_000
_DEEPEST = 32
_TAGS = ("ETag", "etag", "e_tag", "md5Hash", "content_md5", "checksum", "generation", "version_id", "ino")
_TIMES = ("LastModified", "last_modified", "mtime", "modified", "updated", "created")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of a store. ``path`` is below the feed's folder; ``version`` tells a content from an
    earlier one, as far as the store does; ``problem``: why it cannot be taken."""

    path: str
    full: str
    size: int | None
    modified: datetime | None
    version: str
    problem: str = ""

    @property
    def name(self) -> str:
        """Its own, without folders."""
        return PurePosixPath(self.path).name

    @property
    def folder(self) -> str:
        """Where it lies, below the feed's folder; empty for that itself."""
        return self.path.rpartition("/")[0]

    @property
    def remote_id(self) -> str:
        """Names the path in the ledger, where it does not stand in clear."""
        return hashlib.sha256(self.path.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def list_entries(reached: Reached, *, beside: str = "") -> list[Entry]:
    """Every file below the root but those of the folder ``beside``, in order of path.

    Names that begin with a dot are not looked at, but those of markers. Raises :class:`StoreFault` kinds.
    """
    found: list[Entry] = []
    try:
        with classified():
            reached.files.invalidate_cache()
            for entry in _walk(reached, reached.root, beside, 0):
                found.append(entry)
                if len(found) > _ENTRIES_AT_MOST:
                    raise DamagedError(
                        f"more than {_ENTRIES_AT_MOST} files; valid: a folder of this feed's own"
                    )
    except NotThereError:
        if reached.protocol in FOLDERS:
            raise
    return sorted(found, key=lambda one: one.path)


def chosen(entries: Sequence[Entry], globs: Sequence[str]) -> list[Entry]:
    """Those that a glob names: ``*`` within a folder, ``**`` across them."""
    forms = [re.compile(glob_translate(glob)) for glob in globs]
    return [one for one in entries if any(form.match(one.path) for form in forms)]


def look_again(reached: Reached, entry: Entry) -> str:
    """What tells the file's content from another one now; as :func:`version` has it."""
    with classified():
        reached.files.invalidate_cache()
        info = reached.files.info(entry.full)
        if info.get("islink") or info.get("type") != "file":
            raise DamagedError("it is no file any more")
        return version(info)


def version(info: Mapping[str, Any]) -> str:
    """A digest of size, tags and time, whatever the store calls them."""
    told = {name: str(info[name]) for name in _TAGS if info.get(name) is not None}
    modified = _time(info)
    told["size"], told["time"] = str(info.get("size")), modified.isoformat() if modified else ""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def _walk(reached: Reached, folder: str, beside: str, depth: int) -> Iterator[Entry]:
    for info in _listed(reached, folder, depth):
        full = str(info["name"])
        path = full.rstrip("/").removeprefix(reached.root).lstrip("/")
        if not path or path == beside or PurePosixPath(path).name.startswith("."):
            continue
        if info.get("type") == "file" and full.rstrip("/") in (full[:-1], folder):
            continue  # an object that only stands for a folder, as consoles make them
        problem = _problem(reached, full, path, info)
        if not problem and info.get("type") == "directory":
            if depth < _DEEPEST:
                yield from _walk(reached, full.rstrip("/"), beside, depth + 1)
            continue
        size = info.get("size")
        yield Entry(
            path=path, full=full, size=int(size) if size is not None else None, modified=_time(info),
            version=version(info), problem=problem,
        )  # fmt: skip


def _listed(reached: Reached, folder: str, depth: int) -> list[Mapping[str, Any]]:
    try:
        return list(reached.files.ls(folder, detail=True))
    except FileNotFoundError:
        if depth == 0:
            raise
        return []  # it went while we looked


def _problem(reached: Reached, full: str, path: str, info: Mapping[str, Any]) -> str:
    if info.get("islink") or info.get("type") in ("link", "symlink"):
        return "it is a link; valid: the file itself"
    if info.get("type") not in ("file", "directory"):
        return "it is no file; valid: files"
    parts = path.split("/")
    if not full.startswith(f"{reached.root}/") or any(part in ("", ".", "..") for part in parts):
        return "its path leads out of the folder; valid: a path below it"
    if any(ord(sign) < 32 or sign in "\\\x7f" for sign in path):
        return "its path is not in form; valid: names without control characters and backslashes"
    return ""


def _time(info: Mapping[str, Any]) -> datetime | None:
    """When it was last written, in UTC; the store's word for it, or none."""
    for name in _TIMES:
        value = info.get(name)
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(value, int | float) and value > 0:
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            try:
                found = datetime.fromisoformat(value)
            except ValueError:
                continue
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    return None
