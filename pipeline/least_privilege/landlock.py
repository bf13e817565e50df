"""A program that may open only what it is given: Linux Landlock, in force for it and for all that it starts.

Run as a program of its own (``landlock.py --read PATH … --write PATH … -- COMMAND …``), so that nothing is
restricted but the command, and nothing of the pipeline is loaded with it. What the kernel offers beyond
files is taken too: no TCP connection, no signal to a process outside. All capabilities are given up, those of
the superuser with them. Source of calls and numbers: Linux, include/uapi/linux/landlock.h.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path

REFUSED = 97  # exit code where the kernel has Landlock but would not restrict; no command of ours uses it
_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # system calls, the same on every architecture
_READ = 1 << 0 | 1 << 2 | 1 << 3  # execute, read a file, list a folder
_OF_A_FILE = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15  # the rights that a file can be given
# By the version that brought them: rights over files; TCP (bind, connect); abstract sockets and signals.
_FILES = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
_TCP, _SCOPE = 0b11, 0b11
_NO_NEW_PRIVILEGES, _DROP_CAPABILITY, _MOST_CAPABILITIES = 38, 24, 64  # prctl(2)
_END_WITH_PARENT, _KILL = 1, 9  # prctl(2): PR_SET_PDEATHSIG, SIGKILL
_PATH_ONLY = 0o10000000  # O_PATH, which not every system's `os` has
_libc = ctypes.CDLL(None, use_errno=True)


def version() -> int:
    """The Landlock that this kernel offers (1 or more); 0 where it has none or the call is forbidden."""
    if sys.platform != "linux":
        return 0
    return max(0, int(_libc.syscall(_CREATE, None, ctypes.c_size_t(0), 1)))


def restrict(*, reads: Iterable[str], writes: Iterable[str]) -> None:
    """Close everything to this process but ``reads`` and ``writes``; paths that are not there are left out.

    Raises OSError where the kernel refuses. Nothing can undo it.
    """
    offered = version()
    rights = sum(bits for since, bits in _FILES.items() if since <= offered)
    words = (ctypes.c_uint64 * 3)(rights, _TCP if offered >= 4 else 0, _SCOPE if offered >= 6 else 0)
    size = 8 if offered < 4 else 16 if offered < 6 else 24
    rules = _called(_CREATE, ctypes.byref(words), ctypes.c_size_t(size), 0)
    for paths, allowed in ((reads, rights & _READ), (writes, rights)):
        for path in paths:
            _allow(rules, path, allowed)
    _called(_RESTRICT, rules, 0)
    os.close(rules)


def _allow(rules: int, path: str, allowed: int) -> None:
    try:
        place = os.open(path, _PATH_ONLY | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):
        return  # what this account cannot reach it cannot open either
    if not Path(path).is_dir():
        allowed &= _OF_A_FILE
    rule = allowed.to_bytes(8, sys.byteorder) + place.to_bytes(4, sys.byteorder)
    _called(_ADD_RULE, rules, 1, ctypes.c_char_p(rule), 0)
    os.close(place)


def _called(number: int, *arguments: object) -> int:
    result = int(_libc.syscall(number, *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), "Landlock")
    return result


def _give_up_privileges() -> None:
    # A night that is killed must not leave a dbt behind that writes where the next one builds.
    _libc.prctl(_END_WITH_PARENT, _KILL, 0, 0, 0)
    for capability in range(_MOST_CAPABILITIES):
        _libc.prctl(_DROP_CAPABILITY, capability, 0, 0, 0)
    if _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs")


def _main(words: list[str]) -> None:
    end = words.index("--")
    given: dict[str, list[str]] = {"--read": [], "--write": []}
    for option, path in zip(words[:end:2], words[1:end:2], strict=True):
        given[option].append(path)
    try:
        if sys.platform == "linux":
            _give_up_privileges()
        if version():
            restrict(reads=given["--read"], writes=given["--write"])
        os.execv(words[end + 1], words[end + 1 :])  # noqa: S606 a shell is the last thing wanted here
    except OSError:
        sys.exit(REFUSED)


if __name__ == "__main__":
    _main(sys.argv[1:])
