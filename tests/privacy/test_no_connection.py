"""A night opens no connection to another machine, and every library's telemetry is off."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.no_network.loopback_only import NOT_ALLOWED

ROOT = Path(__file__).parent.parent.parent
LOOPBACK_ONLY = ROOT / "tests" / "no_network" / "loopback_only.py"
# DuckDB with the extension that speaks HTTP, as nothing in the pipeline may use it.
HTTPFS = """
import duckdb
from pipeline.duck import _httpfs
con = duckdb.connect()
con.execute(f"load '{_httpfs()}'")
def read(address):
    try:
        con.execute("select content from read_text(?)", [address])
    except duckdb.IOException:
        pass
"""


def test_the_small_night_tried_no_connection(small_night) -> None:
    assert small_night.exit_code == 0, small_night.said
    assert small_night.connections_tried == []


def test_the_small_night_tried_none_natively_either(small_night) -> None:
    """DuckDB and its extensions are no Python: the kernel counts what every process of the night tried."""
    if small_night.beyond_loopback is None:
        pytest.skip("this kernel allows no network namespace, in which alone all processes can be counted")
    assert set(small_night.beyond_loopback.values()) == {0}


@pytest.mark.parametrize(
    ("program", "counted"),
    [
        (f"{HTTPFS}\nread('http://192.0.2.1/x')", {"IpOutNoRoutes"}),
        (f"{HTTPFS}\nread('http://[2001:db8::1]/x')", {"Ip6OutNoRoutes"}),
        (f"{HTTPFS}\nread('https://wsic.example/x')", {"IpOutNoRoutes", "Ip6OutNoRoutes", "UdpOutDatagrams"}),
        (
            "import subprocess; subprocess.run(['bash', '-c', 'exec 3<>/dev/tcp/192.0.2.1/443'])",
            {"IpOutNoRoutes"},
        ),
    ],
    ids=["duckdb", "duckdb over IPv6", "the name of a machine", "a shell"],
)
def test_the_kernel_sees_a_native_connection(tmp_path: Path, program: str, counted: set[str]) -> None:
    """Without this the test above could pass on counters that count nothing. Python's guard sees none."""
    if counted == {"Ip6OutNoRoutes"} and not Path("/proc/net/if_inet6").exists():
        pytest.skip("this kernel has no IPv6")
    counts, log = tmp_path / "counts", tmp_path / "log"
    log.touch()
    path = os.pathsep.join([str(ROOT / "tests" / "no_network"), str(ROOT)])
    env = {**os.environ, "PYTHONPATH": path, "CONNECTIONS_TRIED": str(log)}
    env = {name: value for name, value in env.items() if "proxy" not in name.lower()}
    command = [sys.executable, str(LOOPBACK_ONLY), str(counts), sys.executable, "-c", program]
    done = subprocess.run(command, env=env, capture_output=True, check=False)
    if done.returncode == NOT_ALLOWED:
        pytest.skip("this kernel allows no network namespace")
    tried = {name for name, value in json.loads(counts.read_text()).items() if value}
    assert tried
    assert tried <= counted
    assert log.read_text() == ""


def test_loopback_itself_is_not_counted(tmp_path: Path) -> None:
    program = (
        "import socket; here = socket.create_server(('127.0.0.1', 0)); "
        "socket.create_connection(here.getsockname()); socket.getaddrinfo('127.0.0.1', 80)"
    )
    counts = tmp_path / "counts"
    command = [sys.executable, str(LOOPBACK_ONLY), str(counts), sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode == NOT_ALLOWED:
        pytest.skip("this kernel allows no network namespace")
    assert done.returncode == 0, done.stderr
    assert set(json.loads(counts.read_text()).values()) == {0}


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
