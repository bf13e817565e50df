"""The programs of ``tests/dags``: what asks Airflow something does so in a process and a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def run_program(name: str, home: Path, *, told: str = "", **more: str) -> dict[str, Any]:
    """What a program found, printed as JSON after the word FOUND; ``more`` goes into its environment."""
    env = {
        **os.environ, "AIRFLOW_HOME": str(home), "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "CRITICAL", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore",
        **more,
    }  # fmt: skip
    program = [sys.executable, str(ROOT / "tests" / "dags" / name)]
    done = subprocess.run(program, env=env, input=told, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    assert lines, done.stdout[-2000:] + done.stderr[-4000:]
    return dict(json.loads(lines[0].removeprefix("FOUND ")))
