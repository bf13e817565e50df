"""Who may enter the zones: every folder and file below the home is looked at, tightened or refused.

A private zone is open to the pipeline's account alone: folders 0700, files 0600. Where dbt runs as another
account, its group may pass into what it is to build from. Nothing in a zone may belong to somebody else, and
no link may lead out of it: both mean that somebody else writes there, and nothing here can mend that.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SetupError
from pipeline.least_privilege.accounts import Account
from pipeline.zones import PASSED_THROUGH, PRIVATE, ZONES

_OTHERS, _NOT_OURS, _WRITING = 0o077, 0o007, 0o022


@dataclass(slots=True)
class Zone:
    """What was found in one zone, as counts: ``seen`` files and folders, of which ``wide`` let in more than
    they should, ``foreign`` belong to another account, and ``astray`` are links that lead out."""

    name: str
    seen: int = 0
    wide: int = 0
    foreign: int = 0
    astray: int = 0
    stubborn: int = 0  # wide, and could not be closed


@dataclass(frozen=True, slots=True)
class _Rules:
    """What one zone allows. ``shared``: a group that may have more than others."""

    forbidden: int
    owners: frozenset[int]
    shared: int | None = None

    def too_wide(self, found: os.stat_result) -> int:
        """The permissions that must go."""
        is_shared = self.shared is not None and found.st_gid == self.shared
        return stat.S_IMODE(found.st_mode) & (_NOT_OURS if is_shared else self.forbidden)


def close_zones(home: Path, account: Account | None = None) -> list[Zone]:
    """Look at everything in every zone and take away what is too wide; returns what was found.

    Raises :class:`SetupError` naming zones and counts, where something belongs to another account, is a link
    that leads out, or cannot be closed.
    """
    return _require_ours(home, account, closing=True)


def look_at_zones(home: Path, account: Account | None = None) -> list[Zone]:
    """What :func:`close_zones` would find, and raise for, before anything is closed; changes nothing."""
    return _require_ours(home, account, closing=False)


def _require_ours(home: Path, account: Account | None, *, closing: bool) -> list[Zone]:
    found = [
        _looked_at(home, name, account, closing=closing) for name in ZONES if os.path.lexists(home / name)
    ]
    _require_own_home(home, closing=closing)
    broken = [words for zone in found for words in _refusals(zone)]
    if broken:
        raise SetupError(
            "zones are not the pipeline's alone: " + "; ".join(broken) + ". Find out who wrote there; valid: "
            "every file owned by the account that runs the pipeline, with mode 0600, and no link to elsewhere"
        )
    return found


def _looked_at(home: Path, name: str, account: Account | None, *, closing: bool) -> Zone:
    rules, zone = _rules(name, account), Zone(name)
    top = os.path.realpath(home / name)  # a zone may be a link to a volume of its own
    for path, found in _everything(top):
        zone.seen += 1
        if stat.S_ISLNK(found.st_mode):
            zone.astray += not os.path.realpath(path).startswith(f"{top}/")
        elif found.st_uid not in rules.owners:
            zone.foreign += 1
        elif wide := rules.too_wide(found):
            zone.wide += 1
            zone.stubborn += closing and not _closed(path, found, wide)
    return zone


def _rules(name: str, account: Account | None) -> _Rules:
    us = os.geteuid()
    if name not in PRIVATE:
        return _Rules(_WRITING, frozenset({us}))
    if account is None or name not in PASSED_THROUGH:
        return _Rules(_OTHERS, frozenset({us}))
    return _Rules(_OTHERS, frozenset({us, account.uid} if name == "warehouse" else {us}), account.gid)


def _everything(top: str) -> Iterator[tuple[str, os.stat_result]]:
    """A folder and all below it, each folder before what is in it; what vanishes meanwhile is left out."""
    yield top, os.lstat(top)
    folders = deque([top])
    while folders:
        try:
            with os.scandir(folders.popleft()) as entries:
                for entry in entries:
                    try:
                        found = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:
                        continue
                    yield entry.path, found
                    if stat.S_ISDIR(found.st_mode):
                        folders.append(entry.path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except PermissionError:
            raise SetupError(
                "a folder of a zone cannot be looked into; valid: owned by the pipeline"
            ) from None


def _closed(path: str, found: os.stat_result, wide: int) -> bool:
    """Take the permissions away; whether that had an effect (some file systems know no modes)."""
    try:
        Path(path).chmod(stat.S_IMODE(found.st_mode) & ~wide)
        return not os.lstat(path).st_mode & wide
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _require_own_home(home: Path, *, closing: bool) -> None:
    """Who may write to the home may put another folder in a zone's place."""
    if not home.is_dir():
        return
    found = home.stat()
    if found.st_uid not in (os.geteuid(), 0):
        raise SetupError("WSIC_HOME belongs to another account; valid: the account that runs the pipeline")
    if closing and found.st_mode & _WRITING and not _closed(str(home), found, found.st_mode & _WRITING):
        raise SetupError("WSIC_HOME can be written by others, and that cannot be changed; valid: mode 0755")


def _refusals(zone: Zone) -> Iterator[str]:
    if zone.foreign:
        yield f"{zone.name}: {zone.foreign} files or folders belong to another account"
    if zone.astray:
        yield f"{zone.name}: {zone.astray} links lead out of the zone"
    if zone.stubborn:
        yield f"{zone.name}: {zone.stubborn} files or folders are open to others and cannot be closed"
