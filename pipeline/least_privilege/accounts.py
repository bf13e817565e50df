"""Accounts of the operating system other than the pipeline's own: who they are, what is shared with them.

Nothing is ever given to such an account but through its group, so that the pipeline stays the owner.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SetupError
from pipeline.settings import Settings

_SETGID, _SETUID = 6, 7  # capabilities(7)
ENTER, READ, WRITE = 0o010, 0o050, 0o070  # what a group may do with a folder


@dataclass(frozen=True, slots=True)
class Account:
    """An account by its numbers; ``name`` as the settings call it."""

    name: str
    uid: int
    gid: int


def find_account(name: str) -> Account:
    """The account of that name or number; raises :class:`SetupError` for none, the superuser, or our own."""
    try:
        found = pwd.getpwuid(int(name)) if name.isdigit() else pwd.getpwnam(name)
        account = Account(name, found.pw_uid, found.pw_gid)
    except KeyError:
        if not name.isdigit():
            raise SetupError(
                f"WSIC_WAREHOUSE_USER: this machine has no account {name!r}; valid: its name or number"
            ) from None
        account = Account(name, int(name), int(name))
    if account.uid in (0, os.geteuid()):
        raise SetupError(
            "WSIC_WAREHOUSE_USER must be another account than the pipeline's own, and not the superuser"
        )
    return account


def warehouse_account(settings: Settings) -> Account | None:
    """The account that dbt runs as; none where it is the pipeline's own."""
    return find_account(settings.warehouse_user) if settings.warehouse_user else None


def find_group(name: str) -> int:
    """Number of the group of that name or number; raises :class:`SetupError` where there is none."""
    try:
        return int(name) if name.isdigit() else grp.getgrnam(name).gr_gid
    except KeyError:
        raise SetupError(f"this machine has no group {name!r}; valid: its name or number") from None


def may_become_others() -> bool:
    """Whether this process may start another as another user (CAP_SETUID and CAP_SETGID)."""
    try:
        text = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return os.geteuid() == 0
    held = int(text.partition("CapEff:")[2].split()[0], 16)
    return bool(held >> _SETUID & 1 and held >> _SETGID & 1)


def share(path: Path, gid: int, rights: int) -> None:
    """Let the group into a file or folder with ``rights``, and nobody else; a file is never executable."""
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        return
    if not stat.S_ISDIR(found.st_mode):
        rights &= 0o060
    mode = (stat.S_IMODE(found.st_mode) & 0o700) | rights
    try:
        if found.st_gid != gid:
            os.chown(path, -1, gid)
        if stat.S_IMODE(found.st_mode) != mode:
            path.chmod(mode)
    except PermissionError:
        if found.st_uid == os.geteuid():
            raise SetupError(
                f"the pipeline's account cannot share {path.name!r} with group {gid}; valid: make it a "
                "member of that group"
            ) from None


def share_folder(folder: Path, gid: int, rights: int, *, way: Iterable[Path] = ()) -> None:
    """Share a folder and all in it; the folders on the ``way`` to it can be passed through only."""
    for outer in way:
        share(outer, gid, ENTER)
    share(folder, gid, rights)
    for path in folder.rglob("*"):
        share(path, gid, rights)


def take_back(path: Path) -> None:
    """Make a file that another account has written ours alone, as far as this process may give files away."""
    try:
        if path.stat().st_uid != os.geteuid():
            os.chown(path, os.geteuid(), os.getegid())
        path.chmod(0o600)
    except PermissionError:
        return  # it stays in a folder that only the pipeline may write to
