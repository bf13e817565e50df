"""A step of the bench in a process of its own, so that its time and its peak memory are its alone."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


def measured(module: str, *arguments: object, wall_limit: float | None = None) -> dict[str, Any] | None:
    """What ``python -m tests.benchmarks.linkage.<module>`` says in its last line; None past the limit.

    ``wall_limit``: seconds. Raises ``CalledProcessError`` where the step fails.
    """
    command = [sys.executable, "-m", f"tests.benchmarks.linkage.{module}", *map(str, arguments)]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=wall_limit)
    except subprocess.TimeoutExpired:
        return None
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said
