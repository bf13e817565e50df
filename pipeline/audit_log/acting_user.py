"""Who acts: the account that the operating system knows, whatever name was typed."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

_LOGIN = Path("/proc/self/loginuid")
_UNSET = 2**32 - 1  # loginuid of a process that nobody logged in for


def operating_user() -> str:
    """The account's name; asked of the system by its number, as the environment can say anything."""
    return account_of(caller_uid())


def caller_uid() -> int:
    """The number of the account that called.

    That is whom the kernel knows to have logged in: it stays through ``sudo -u`` and ``su``, and once set it
    cannot be changed without ``CAP_AUDIT_CONTROL`` (Linux, ``/proc/pid/loginuid``), so several people who act
    through the pipeline's one account are still told apart. Where nobody logged in: the real user, and
    ``SUDO_UID`` only where that is root, who could say so of anybody anyway.
    """
    login = _login_uid()
    if login is not None:
        return login
    real = os.getuid()
    sudo = os.environ.get("SUDO_UID", "")
    return int(sudo) if real == 0 and sudo.isascii() and sudo.isdigit() and len(sudo) < 10 else real


def account_of(uid: int) -> str:
    """The name of an account, or its number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def _login_uid() -> int | None:
    try:
        found = int(_LOGIN.read_text("ascii"))
    except (OSError, ValueError):
        return None
    return None if found == _UNSET else found
