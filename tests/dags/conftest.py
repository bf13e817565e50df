"""Nights in a real Airflow, on SQLite and without a server, each scenario run once a session."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent

# name -> calls that fail
SCENARIOS = {
    "all well": [],
    "one bad feed": ["land_feed gp"],
    "no feed at all": ["land_feed gp", "land_feed acute", "require_a_feed", "report"],
    "arrivals refused": ["check_arrivals", "report"],
    "secondary_use refused": ["pseudonymise secondary_use", "report"],
    "cannot open": ["open_run", "close_run", "require_a_feed", "report"],
}


@pytest.fixture(scope="session")
def nights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Scenario -> state of the DAG run, calls in order, state of every task, what was handed on."""
    home = tmp_path_factory.mktemp("airflow")
    env = {
        **os.environ, "AIRFLOW_HOME": str(home), "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "CRITICAL", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore",
    }  # fmt: skip
    migrate = [sys.executable, "-m", "airflow", "db", "migrate"]
    subprocess.run(migrate, env=env, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    program = [sys.executable, str(Path(__file__).with_name("fake_nights.py"))]
    done = subprocess.run(
        program, env=env, input=json.dumps(SCENARIOS), capture_output=True, text=True, check=False
    )
    told = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    assert told, done.stdout[-2000:] + done.stderr[-4000:]
    return dict(json.loads(told[0].removeprefix("FOUND ")))
