"""The copy of the log in another folder (setting ``audit_copy``): every entry is written there first.

Log, checkpoints and ledger lie under one home, so one hand can cut all three, and needs no key for it. The
copy is for a place where that hand can add and cannot take away: an append-only file system, a share of
another machine. It is only ever appended to, one file a log, ``<log_id>.jsonl``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.audit_log.chain import Finding
from pipeline.audit_log.entry import LONGEST, Entry, is_sound, parse
from pipeline.audit_log.files import LogFiles, add_line, first_line, last_line, read
from pipeline.errors import SetupError
from pipeline.settings import Settings

SUFFIX = ".jsonl"
_VALID = "valid: the absolute path of a folder that is there (mounted) and lies outside WSIC_HOME"


@dataclass(frozen=True, slots=True)
class Copy:
    """The copies of this deployment's logs, in a folder of their own."""

    folder: Path

    def path(self, log_id: str) -> Path:
        """The copy of one log."""
        return self.folder / f"{log_id}{SUFFIX}"

    def add(self, log_id: str, lines: bytes) -> None:
        """Append whole lines and wait until they are on the disk; what a crash tore stays, closed."""
        _, torn = last_line(self.path(log_id), LONGEST)
        add_line(self.path(log_id), b"\n" + lines if torn else lines)

    def lines(self, log_id: str) -> list[bytes]:
        """The entries as they lie in the copy; what a crash tore is none."""
        path = self.path(log_id)
        content = path.read_bytes() if path.exists() else b""
        return [line for line in content.splitlines(keepends=True) if parse(line) is not None]

    def last(self, log_id: str) -> Entry | None:
        """The last entry, from the end of the file."""
        path = self.path(log_id)
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 4 * LONGEST))
            tail = file.read().splitlines(keepends=True)
        return next((found for line in reversed(tail) if (found := parse(line)) is not None), None)

    def log_ids(self) -> dict[str, str]:
        """Every log that is copied -> the log that it says it follows, or nothing."""
        return {path.stem: _after(path) for path in sorted(self.folder.glob(f"*{SUFFIX}"))}


def copy_of(settings: Settings) -> Copy | None:
    """The copies, where the setting names a folder; raises :class:`SetupError` for one that cannot be used.

    Production cannot do without: whoever may write under ``WSIC_HOME`` could cut its log unseen. The folder
    is never made here: a share that is not mounted must not be taken for an empty one.
    """
    if not settings.audit_copy:
        require_set(settings)
        return None
    folder = Path(settings.audit_copy)
    if not folder.is_absolute() or not folder.is_dir():
        raise SetupError(f"setting audit_copy names no folder that is there; {_VALID}")
    if folder.resolve().is_relative_to(settings.home.absolute().resolve()):
        raise SetupError(f"setting audit_copy lies in WSIC_HOME; {_VALID}")
    return Copy(folder)


def require_set(settings: Settings) -> None:
    """Raise :class:`SetupError` for a production that names no folder for the copy."""
    if settings.is_production and not settings.audit_copy:
        raise SetupError(f"setting audit_copy is empty, and WSIC_ENV is production; {_VALID}")


def follows(entry: Entry, last: Entry) -> bool:
    """Whether ``entry`` is what a crash kept from the log: written to the copy right behind ``last``."""
    return is_sound(entry) and (entry.number, entry.previous) == (last.number + 1, last.hash)


def was_begun(content: bytes) -> bool:
    """Whether the log says that it is copied: then the copy cannot be missing."""
    parsed = (parse(line) for line in content.splitlines(keepends=True) if b'"copy_begun"' in line)
    return any(entry is not None and entry.act == "copy_begun" for entry in parsed)


def compare(copy: Copy, content: bytes, log_id: str, files: LogFiles) -> Iterator[Finding | str]:
    """What the copy holds and the log does not (findings), or is to be looked at (text)."""
    if log_id and not copy.path(log_id).exists():
        if was_begun(content):
            yield Finding(None, "the copy of the log elsewhere is gone (setting audit_copy)")
        else:
            yield "the log is not copied yet (setting audit_copy): its next entry begins the copy"
    elif log_id:
        yield from _differences(copy.lines(log_id), content.splitlines(keepends=True))
    for other in _not_followed(copy, log_id, files):
        yield Finding(1, f"log {other}, which the copy elsewhere holds, was taken away")


def _differences(kept: list[bytes], logged: list[bytes]) -> Iterator[Finding | str]:
    for number, (there, here) in enumerate(zip(kept, logged, strict=False), start=1):
        if there != here:
            yield Finding(number, "is not the entry that the copy elsewhere holds: changed, or written anew")
            return
    missing = len(kept) - len(logged)
    if missing > 1:
        yield Finding(len(logged) + 1, f"entries up to {len(kept)} are in the copy: the log was cut")
    elif missing == 1:
        yield f"entry {len(kept)} is only in the copy elsewhere; it is put back before the next one"
    elif missing < 0:
        yield Finding(len(kept) + 1, "the copy elsewhere has no such entry: one of the two was changed")


def _not_followed(copy: Copy, log_id: str, files: LogFiles) -> list[str]:
    """Copied logs of more than their first entry that the present log does not follow, over all between."""
    copied = copy.log_ids()
    closed = files.closed.glob("*/log.jsonl") if files.closed.is_dir() else ()
    after = {_own(path): _after(path) for path in closed} | copied
    after[log_id] = _after(files.log) if files.log.exists() else ""
    known, one = set(), log_id
    while one and one not in known:
        known.add(one)
        one = after.get(one, "")
    return [other for other in copied if other not in known and len(copy.lines(other)) > 1]


def _own(path: Path) -> str:
    return _told(path, "log_id")


def _after(path: Path) -> str:
    return _told(path, "after_log")


def _told(path: Path, name: str) -> str:
    entry = parse(first_line(path, LONGEST))
    return str(entry.details.get(name, "")) if entry is not None and entry.act == "log_opened" else ""


def last_known(copy: Copy, files: LogFiles) -> tuple[str, Entry] | None:
    """(log, its end) of a copied log that was taken away, else of the log in place; ``None`` without any."""
    own = _own(files.log) if files.log.exists() else ""
    lost = _not_followed(copy, own, files) or [one for one in [own] if one in copy.log_ids()]
    ends = [(other, end) for other in lost if (end := copy.last(other)) is not None]
    return max(ends, key=lambda one: one[1].at, default=None)


def read_log(files: LogFiles) -> bytes:
    """The whole lines of the log."""
    return read(files.log)[0]
