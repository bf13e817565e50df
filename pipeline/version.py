"""Which code made a run: the package's version and, in a checkout, the commit."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

from pipeline import __version__

_ROOT = Path(__file__).parent.parent


@cache
def code_version() -> str:
    """Version of the running code, e.g. ``0.1.0+3fa2b1c``; ``-dirty`` where files were changed."""
    commit = _describe()
    return f"{__version__}+{commit}" if commit else __version__


def _describe() -> str:
    git = shutil.which("git")
    if git is None or not (_ROOT / ".git").exists():
        return ""
    command = [git, "-C", str(_ROOT), "describe", "--always", "--dirty", "--tags"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    return done.stdout.strip() if done.returncode == 0 else ""
