"""What every test stands on: an environment without telemetry or keys of ours, and one small night."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from pipeline import clock
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from tests.no_network import loopback_only
from tests.workers import ByFile

# With this seed so few people leave a row in every file of every source.
SMALL_PEOPLE, SMALL_SEED, SMALL_AS_OF = 300, 3, date(2026, 3, 31)
ROOT = Path(__file__).parent.parent


def airflow_settings() -> dict[str, str]:
    """The lines of ``dags/airflow.env``: telemetry off, no examples, quiet."""
    lines = (ROOT / "dags" / "airflow.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


# Before any library is imported: some ask only once whether they may report home.
os.environ.update(airflow_settings())
for name in [name for name in os.environ if name.startswith("WSIC_")]:
    del os.environ[name]
# What a shell starts in the background ignores Ctrl-C and hands that on to all that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# What handles a few rows is a quarter quicker without a second thread.
_DEFAULTS = Settings.__init__.__kwdefaults__
THREADS, _DEFAULTS["threads"] = _DEFAULTS["threads"], 1
# What is on its way to the disk is lost only where power fails, which no test makes: a process that is killed
# loses nothing of it. Waiting for the disk is a third of the time of the tests that publish.
os.fsync = lambda descriptor: None
# A rule's today is the day on which the tests began: where midnight comes, the clock stands just before it.
_moment, _DAY = clock.moment, clock.today()


def _moment_of_the_day() -> datetime:
    at = _moment()
    return at if clock.day(at) == _DAY else datetime.combine(_DAY, time.max, clock.LONDON).astimezone(UTC)


clock.moment = _moment_of_the_day
_connect_ledger = Ledger._connect


def _connect_without_waiting(ledger: Ledger) -> sqlite3.Connection:
    connection = _connect_ledger(ledger)
    connection.execute("pragma synchronous = off")
    return connection


Ledger._connect = _connect_without_waiting  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test ever writes to the checkout's own ``data/``."""
    monkeypatch.setenv("WSIC_HOME", str(tmp_path_factory.getbasetemp() / "home-not-given"))


@pytest.fixture(autouse=True)
def _threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Properties hold with as many threads as a night has, which is the default again."""
    if request.path.is_relative_to(ROOT / "tests" / "property"):
        monkeypatch.setitem(_DEFAULTS, "threads", THREADS)


@dataclass(frozen=True, slots=True)
class Night:
    """One small night that has been run: where its extracts, its home and its own words are."""

    extracts: Path
    home: Path
    as_of: date
    exit_code: int
    said: str
    connections_tried: list[str]
    beyond_loopback: dict[str, int] | None = None  # what the kernel counted; none where it could not

    @property
    def settings(self) -> Settings:
        """The settings that it was run with."""
        return Settings(home=self.home)

    def product(self, name: str) -> Path:
        """The database that is served for one product."""
        return self.home / "published" / name / "current.duckdb"


@pytest.fixture(scope="session")
def small_extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A make-believe economy of 300 people, one night, with a marker in every column that may not leave."""
    from synthetic import synthesise
    from tests.markers import plant

    out = tmp_path_factory.mktemp("small") / "extracts"
    synthesise(SMALL_PEOPLE, SMALL_SEED, out, end_date=SMALL_AS_OF, nights=1, with_ambulance=True)
    for month in [*out.glob("community/*/2025-*"), *out.glob("mental_health/*/2025-*")]:
        shutil.rmtree(month)  # thirteen months of returns prove no more than three
    for manifest in out.glob("*/*/*/manifest.json"):  # the planting changes what its totals are of
        manifest.unlink()
    assert plant(out) > 100
    return out


@pytest.fixture(scope="session")
def small_night(small_extracts: Path, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """``wsic run`` on the small economy, in a process of its own, as a person would start it; no network."""
    home = tmp_path_factory.mktemp("small-night") / "home"
    tried = home.with_name("connections-tried")
    tried.touch()
    counts = home.with_name("counts.json")
    guarded = {
        "WSIC_HOME": str(home), "WSIC_THREADS": "1", "CONNECTIONS_TRIED": str(tried),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "no_network"), str(ROOT)]),
    }  # fmt: skip
    command = [sys.executable, "-m", "pipeline.cli", "run", "--extracts", str(small_extracts)]
    alone = [sys.executable, str(ROOT / "tests" / "no_network" / "loopback_only.py"), str(counts)]
    for program in ([*alone, *command], command):
        done = subprocess.run(
            [*program, "--as-of", str(SMALL_AS_OF)],
            cwd=ROOT, env={**os.environ, **guarded}, text=True, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        if done.returncode != loopback_only.NOT_ALLOWED:
            break
    connections = tried.read_text(encoding="utf-8").splitlines()
    beyond = json.loads(counts.read_text(encoding="utf-8")) if counts.exists() else None
    return Night(small_extracts, home, SMALL_AS_OF, done.returncode, done.stdout, connections, beyond)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Files that share a night go to one worker."""
    return ByFile(config, log)
