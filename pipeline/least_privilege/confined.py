"""Starting a program that needs pseudonyms only: as another user where there is one, closed in by Landlock.

It gets the files of the installation to read, and of the pipeline's zones what it is told: nothing else. Its
environment is what is given; no file of this process is open in it.
"""

from __future__ import annotations

import os
import signal
import site
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pipeline.errors import SetupError
from pipeline.least_privilege import landlock
from pipeline.least_privilege.accounts import Account, may_become_others

# /sys: DuckDB ends the process where it may not read how many processors and how much memory it has.
_SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc", "/proc", "/sys", "/dev/random", "/dev/urandom")
_SCRATCH = ("/dev/null", "/dev/shm")  # noqa: S108 locks between threads; nothing of ours lies there
_OFTEN = 0.5  # seconds
_PACKAGES = ("dbt", "duckdb")


def installation() -> list[Path]:
    """Folders and files that a Python program needs to read on this machine."""
    found = [Path(path) for path in (*_SYSTEM, sys.prefix, sys.exec_prefix, sys.base_prefix)]
    found += [Path(path) for path in (*site.getsitepackages(), site.getusersitepackages())]
    for package in _PACKAGES:
        spec = find_spec(package)
        found += [Path(path).parent for path in (spec.submodule_search_locations or () if spec else ())]
    return sorted({path.resolve() for path in found if path.exists()})


def require_apart(home: Path) -> None:
    """Raise :class:`SetupError` where the zones lie in a folder that every confined program may read."""
    inside = [path for path in installation() if home.resolve().is_relative_to(path)]
    if inside:
        raise SetupError(
            f"WSIC_HOME lies in {inside[0]}, which dbt must be able to read; valid: a folder that holds "
            "neither Python nor the system, such as /srv/wsic"
        )


def run(
    command: Sequence[str], *, environ: Mapping[str, str], cwd: Path, user: Account | None,
    reads: Iterable[Path], writes: Iterable[Path], meanwhile: Callable[[], None] | None = None,
) -> int:  # fmt: skip
    """Run ``command`` to its end and return its exit code; what it says is not kept.

    ``meanwhile`` is called twice a second as long as it runs. An exception here, or this process's death,
    ends the program, and with it all that it started.
    Raises :class:`SetupError` where it cannot be started as ``user``, or not closed in.
    """
    allowed = [("--read", path) for path in (*installation(), *(path.resolve() for path in reads))]
    allowed += [("--write", path) for path in (*map(Path, _SCRATCH), *(path.resolve() for path in writes))]
    options = [str(word) for pair in allowed for word in pair]
    launcher = [sys.executable, "-I", "-S", landlock.__file__, *options, "--"]
    code = _start([*launcher, *command], environ=environ, cwd=cwd, user=user, meanwhile=meanwhile)
    if code == landlock.REFUSED:
        raise SetupError(
            "dbt could not be started closed in: the kernel refused Landlock, or its account may not start "
            f"{sys.executable}; see docs/least-privilege.md"
        )
    return code


def require_startable(user: Account) -> None:
    """Raise :class:`SetupError` unless Python and this installation can be used as ``user``."""
    if not may_become_others():
        raise SetupError(
            "WSIC_WAREHOUSE_USER is set, but the pipeline may not start a process as another user; valid: "
            "give it CAP_SETUID and CAP_SETGID, or leave the setting empty"
        )
    launcher = [sys.executable, "-I", "-S", landlock.__file__, "--read", "/", "--"]
    probe = [*launcher, sys.executable, "-c", "import dbt, duckdb"]
    if _start(probe, environ={"PATH": os.defpath}, cwd=Path("/"), user=user) != 0:
        raise SetupError(
            f"the account {user.name} cannot use the Python at {sys.executable}; valid: an installation that "
            "it may read, with every folder above it"
        )


def _start(
    command: Sequence[str], *, environ: Mapping[str, str], cwd: Path, user: Account | None,
    meanwhile: Callable[[], None] | None = None,
) -> int:  # fmt: skip
    quiet = subprocess.DEVNULL
    as_whom: dict[str, Any] = {"user": user.uid, "group": user.gid, "extra_groups": []} if user else {}
    try:
        process = subprocess.Popen(
            command, env=dict(environ), cwd=cwd, umask=0o007 if user else 0o077, **as_whom,
            stdin=quiet, stdout=quiet, stderr=quiet, process_group=0,
        )  # fmt: skip
    except PermissionError:
        return landlock.REFUSED
    try:
        return _wait(process, meanwhile)
    except BaseException:
        _end(process)
        raise


def _wait(process: subprocess.Popen[bytes], meanwhile: Callable[[], None] | None) -> int:
    while meanwhile is not None:
        try:
            return process.wait(timeout=_OFTEN)
        except subprocess.TimeoutExpired:
            meanwhile()
    return process.wait()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and all that it started. One of another account ends with us: see ``landlock``."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
