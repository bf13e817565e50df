"""Nights in a real Airflow, on SQLite and without a server, each scenario run once a session."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.airflow_programs import run_program

NIGHT = "nightly_load"
# name -> the DAG, what it is called with, calls that fail, what calls give
SCENARIOS: dict[str, dict[str, Any]] = {
    "all well": {"dag": NIGHT},
    "one bad feed": {"dag": NIGHT, "failing": ["land_feed gp"]},
    "no feed at all": {
        "dag": NIGHT, "failing": ["land_feed gp", "land_feed acute", "require_a_feed", "report"]
    },
    "arrivals refused": {"dag": NIGHT, "failing": ["check_arrivals", "report"]},
    "secondary_use refused": {"dag": NIGHT, "failing": ["pseudonymise secondary_use", "report"]},
    "cannot open": {"dag": NIGHT, "failing": ["open_run", "close_run", "require_a_feed", "report"]},
    "asked and answered": {"dag": "opt_out_check"},
    "nobody answers": {"dag": "opt_out_check", "failing": ["ask now=True"], "conf": {"ask_now": True}},
    "no reply holds": {"dag": "opt_out_check", "failing": ["apply"]},
    "first night of the month": {"dag": "monthly_snapshot"},
    "another night": {"dag": "monthly_snapshot", "given": {"keep again=False": []}},
    "looked at": {"dag": "retention"},
    "to be destroyed": {"dag": "retention", "conf": {"destroy": True}},
    "rehearsed": {"dag": "relink_population"},
    "taken over": {"dag": "relink_population", "conf": {"take": True}},
    "rehearsal failed": {
        "dag": "relink_population", "conf": {"take": True}, "failing": ["relink take=False"]
    },
    "nothing over": {"dag": "retention", "conf": {"destroy": True}, "given": {"plan": {"log": 0}}},
}  # fmt: skip


@pytest.fixture(scope="session")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """How every DAG is made where there is a server: pools, retries, assets, deadlines."""
    home = tmp_path_factory.mktemp("airflow-of-a-server")
    return run_program("describe_dags.py", home, AIRFLOW__WSIC__EMBEDDED="False")


@pytest.fixture(scope="session")
def nights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Scenario -> state of the DAG run, calls in order, state of every task, what was handed on, assets."""
    home = tmp_path_factory.mktemp("airflow")
    env = {**os.environ, "AIRFLOW_HOME": str(home), "PYTHONWARNINGS": "ignore"}
    migrate = [sys.executable, "-m", "airflow", "db", "migrate"]
    subprocess.run(migrate, env=env, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return run_program("fake_nights.py", home, told=json.dumps(SCENARIOS))
