"""One dbt process: what it may see of the environment, and what is told of how it ended.

dbt gets the paths of one product and nothing else: no key, no home of the pipeline, no proxy. Of the files
it may open those that it is told of, and the installation's; it may have an account of its own. It knows them
by the same two names in every home, so that what it parsed holds after a home was moved, copied or restored.
Its own words are not passed on, since the text of a database error can hold a value; models and
tests that did not pass are named with their counts, from ``run_results.json``.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline import least_privilege
from pipeline.errors import SetupError
from pipeline.least_privilege import READ, WRITE, Account
from pipeline.warehouse import dbt_log
from pipeline.zones import ZONES

PROJECT = Path(__file__).parent.parent.parent / "dbt_project"
_ROWS, _FILE, _USER = "WSIC_PSEUDONYMISED_DIR", "WSIC_WAREHOUSE_FILE", "WSIC_WAREHOUSE_USER"
_TELEMETRY_OFF = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
_QUIET = ("--no-use-colors", "--log-level", "none", "--log-level-file", "warn", "--no-version-check")


@dataclass(frozen=True, slots=True)
class NodeResult:
    """One model, seed or test that dbt ran: ``status`` in dbt's word, ``failures`` in rows."""

    name: str
    kind: str
    status: str
    failures: int

    @property
    def is_passed(self) -> bool:
        return self.status in ("success", "pass", "warn", "no-op", "skipped")


def environment(
    *,
    pseudonymised: Path,
    warehouse: Path,
    product: str,
    memory_limit: str,
    home: Path,
    threads: int = 2,
    user: str = "",
) -> dict[str, str]:
    """The whole environment of the dbt process; ``user``: the account that it runs as, if not our own."""
    return {
        _ROWS: str(pseudonymised),
        _FILE: str(warehouse),
        "WSIC_PRODUCT": product,
        "WSIC_MEMORY_LIMIT": memory_limit,
        "WSIC_THREADS": str(threads),
        "PATH": os.environ.get("PATH", os.defpath),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        **({_USER: user} if user else {}),
        **_TELEMETRY_OFF,
    }  # fmt: skip


def run(arguments: Sequence[str], *, environ: Mapping[str, str], work: Path) -> int:
    """Run dbt with its target and logs under ``work``; returns dbt's own exit code (0, 1, 2).

    What ``environ`` tells it of is what it may open. Raises :class:`SetupError` where it cannot be started
    so.
    """
    require_installed()
    follow = dbt_log.follow(work / "logs" / "dbt.log")
    command = [
        sys.executable, "-m", "dbt.cli.main", *_QUIET, *(dbt_log.TOLD if follow else ()), *arguments,
        "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
        "--target-path", str(work / "target"), "--log-path", str(work / "logs"),
    ]  # fmt: skip
    rows, file = Path(environ[_ROWS]), Path(environ[_FILE])
    writes = {work, file.parent}
    user = least_privilege.find_account(environ[_USER]) if _USER in environ else None
    if user:
        _share(user, rows=rows, writes=writes)
    try:
        with _home_of_links(rows, file) as named:
            return least_privilege.run(
                command, environ={**environ, **named}, cwd=work, user=user, reads=(PROJECT, rows),
                writes=writes, meanwhile=follow,
            )  # fmt: skip
    finally:
        for folder in (rows, *writes) if user else ():
            folder.chmod(0o700)  # it is let in again for the next command


def require_installed() -> None:
    """Raise :class:`SetupError` where dbt, its adapter or the project is not there."""
    missing = [name for name in ("dbt.cli", "dbt.adapters.duckdb") if not _is_installed(name)]
    if missing:
        raise SetupError(
            f"not installed: {', '.join(missing)}; valid: what requirements.lock names (make install)"
        )
    if not (PROJECT / "dbt_project.yml").exists():
        raise SetupError(f"no dbt project at {PROJECT}; the installation is not complete")


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


@contextmanager
def _home_of_links(rows: Path, file: Path) -> Iterator[dict[str, str]]:
    """What dbt is told in place of the paths: ``~/rows`` and ``~/warehouse``, links in a home for this once.

    dbt parses everything anew where a path in its profile or in a source is another. The links lie in no
    zone, as none may lead out of one; they open nothing that Landlock, or the modes, keep closed.
    """
    with TemporaryDirectory(prefix="wsic-dbt-") as folder:
        home = Path(folder)
        (home / "rows").symlink_to(rows.absolute())
        (home / "warehouse").symlink_to(file.parent.absolute())
        home.chmod(0o711)  # an account of dbt's own passes through
        yield {"HOME": folder, _ROWS: "~/rows", _FILE: f"~/warehouse/{file.name}"}


def _share(user: Account, *, rows: Path, writes: Iterable[Path]) -> None:
    """Let the account's group read the product's rows and write where the warehouse is made."""
    for folder, rights in ((rows, READ), *((path, WRITE) for path in writes)):
        least_privilege.share_folder(folder, user.gid, rights, way=_way(folder))


def _way(folder: Path) -> Iterator[Path]:
    """The folders from the zone down to ``folder``, innermost first."""
    for outer in folder.parents:
        yield outer
        if outer.name in ZONES:
            return


def results(work: Path) -> list[NodeResult]:
    """What became of each node of the last command; empty where dbt did not come so far."""
    path = work / "target" / "run_results.json"
    if not path.exists():
        return []
    raw = json.loads(path.read_text(encoding="utf-8"))
    return [_node(result) for result in raw["results"]]


def _node(result: Mapping[str, object]) -> NodeResult:
    kind, _, name = str(result["unique_id"]).partition(".")
    failures = result.get("failures")
    return NodeResult(name, kind, str(result["status"]), failures if isinstance(failures, int) else 0)
