"""Exchanging two folders in one step, so that a product's database and Parquet change at the same moment."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from pipeline.errors import SetupError
from pipeline.publish.versions import flush

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # renameat2(2), Linux


def exchange(one: Path, other: Path) -> None:
    """Give each of two folders of one file system the other's name; a reader sees all before or all after.

    Raises :class:`SetupError`, with nothing changed, where the system cannot do that.
    """
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        raise SetupError("this system cannot exchange two folders in one step (renameat2 of Linux)")
    if call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) != 0:
        why = os.strerror(ctypes.get_errno())
        raise SetupError(f"the file system of WSIC_HOME cannot exchange two folders in one step: {why}")
    flush(one.parent)
    flush(other.parent)
