"""A night opens no connection to another machine, and every library's telemetry is off."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_small_night_tried_no_connection(small_night) -> None:
    assert small_night.exit_code == 0, small_night.said
    assert small_night.connections_tried == []


def test_the_guard_sees_a_connection(tmp_path: Path) -> None:
    """Without this the test above could pass on a guard that guards nothing."""
    log = tmp_path / "log"
    program = "import urllib.request; urllib.request.urlopen('http://wsic.example:1/')"
    env = {**os.environ, "PYTHONPATH": str(ROOT / "tests" / "no_network"), "CONNECTIONS_TRIED": str(log)}
    env = {name: value for name, value in env.items() if "proxy" not in name.lower()}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, check=False)
    assert done.returncode != 0
    assert log.read_text().splitlines() == ["wsic.example"]


def test_airflow_settings_turn_every_report_home_off() -> None:
    lines = (ROOT / "dags" / "airflow.env").read_text(encoding="utf-8").splitlines()
    assert {
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False", "DBT_SEND_ANONYMOUS_USAGE_STATS=false",
        "DO_NOT_TRACK=1",
        "GX_ANALYTICS_ENABLED=false", "SCARF_ANALYTICS=false", "OTEL_SDK_DISABLED=true",
    } <= set(lines)  # fmt: skip
