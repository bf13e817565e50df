"""One dbt process: what it may see of the environment, and what is told of how it ended.

dbt gets the paths of one product and nothing else: no key, no home of the pipeline, no proxy.
Its own words are not passed on, since the text of a database error can hold a value; models and
tests that did not pass are named with their counts, from ``run_results.json``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SetupError

PROJECT = Path(__file__).parent.parent.parent / "dbt_project"
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
    *, pseudonymised: Path, warehouse: Path, product: str, memory_limit: str, home: Path
) -> dict[str, str]:
    """The whole environment of the dbt process."""
    return {
        "WSIC_PSEUDONYMISED_DIR": str(pseudonymised),
        "WSIC_WAREHOUSE_FILE": str(warehouse),
        "WSIC_PRODUCT": product,
        "WSIC_MEMORY_LIMIT": memory_limit,
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),  # dbt keeps a file of its own there
        "LANG": "C.UTF-8",
        **_TELEMETRY_OFF,
    }


def run(arguments: Sequence[str], *, environ: Mapping[str, str], work: Path) -> int:
    """Run dbt with its target and logs under ``work``; returns dbt's own exit code (0, 1, 2)."""
    if not (PROJECT / "dbt_project.yml").exists():
        raise SetupError(f"no dbt project at {PROJECT}; the installation is not complete")
    command = [
        sys.executable, "-m", "dbt.cli.main", *_QUIET, *arguments,
        "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
        "--target-path", str(work / "target"), "--log-path", str(work / "logs"),
    ]  # fmt: skip
    done = subprocess.run(
        command, env=dict(environ), cwd=work, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return done.returncode


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
