"""What this process lets out of its memory: no key to its children, none to a core dump or a neighbour."""

from __future__ import annotations

import ctypes
import os
import resource
import sys

from pipeline.keys.provider import environment

_PR_SET_DUMPABLE = 4  # prctl(2)


def seal_process() -> None:
    """Take the root out of the environment, and forbid core dumps and other processes' looks into memory;
    from now on no file that is made is open to others.

    The command line and every scheduled step call it first. On Linux it also closes ``/proc/<pid>/environ``
    and ``/proc/<pid>/mem`` to other processes of the same user; the superuser still sees all.
    """
    environment.take()
    os.umask(0o077)
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
