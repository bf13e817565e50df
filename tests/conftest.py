"""What every test stands on: an environment without telemetry or keys of ours, and one small night."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def airflow_settings() -> dict[str, str]:
    """The lines of ``dags/airflow.env``: telemetry off, no examples, quiet."""
    lines = (ROOT / "dags" / "airflow.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


# Before any library is imported: some ask only once whether they may report home.
os.environ.update(airflow_settings())
for name in [name for name in os.environ if name.startswith("WSIC_")]:
    del os.environ[name]


@pytest.fixture(autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test ever writes to the checkout's own ``data/``."""
    monkeypatch.setenv("WSIC_HOME", str(tmp_path_factory.getbasetemp() / "home-not-given"))
