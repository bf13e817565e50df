"""The machine: Python and packages, DuckDB offline, memory, disk, clock, and what could phone home."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from packaging.requirements import Requirement

from pipeline import clock, duck, warehouse
from pipeline.run.readiness.finding import Asked, Finding, demanded, fault, good, nearest, worth_a_look

DISTRIBUTION = "wsic-linked-data"
OLDEST_PYTHON = (3, 11)
_GB = 1024**3
# An estimate: what a night takes whatever came, and what it makes of each byte that came. Compressed extracts
# grow more, and history adds to it night by night.
PER_BYTE, AT_LEAST = 10, 1 * _GB
AIRFLOW_ENV = Path(__file__).parents[3] / "dags" / "airflow.env"
# What these say is whether something reports home; the other lines of the file are how Airflow runs.
_TALKING = ("USAGE_DATA_COLLECTION", "SCARF", "DO_NOT_TRACK", "USAGE_STATS", "ANALYTICS", "OTEL")
MEMINFO, LIMIT = Path("/proc/meminfo"), Path("/sys/fs/cgroup/memory.max")
_INSTALL = "what requirements.lock names (make install)"
_INSTALLED = "the night needs what the lock pins, and installs nothing itself"
_OFFLINE = "DuckDB encrypts what it spills by an extension, which is never downloaded"
_MEMORY = "the kernel ends a night that takes more memory than there is"
_DISK = "a night that runs out of disk stops in the middle; the last good versions stay"
_CLOCK = "days are London's, and nights are told apart by when they began"
_HOME_CALLS = "no tool may report to its maker from a machine with people's records"


def look(asked: Asked, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Everything about the machine that the night runs on."""
    yield _python()
    yield _packages()
    yield demanded(
        "dbt", _INSTALLED, warehouse.require_installed, "it, its adapter and the project are there"
    )
    usable = partial(duck.require_usable, asked.settings)
    yield demanded("DuckDB", _OFFLINE, usable, "opens with its signed extension, offline")
    yield from _memory(asked)
    yield _disk(asked)
    yield _clock(asked)
    yield _home_calls(environ)


def _python() -> Finding:
    found, least = ".".join(map(str, sys.version_info[:3])), ".".join(map(str, OLDEST_PYTHON))
    if sys.version_info < OLDEST_PYTHON:
        return fault("Python", _INSTALLED, found, f"{least} or later")
    return good("Python", _INSTALLED, found)


def _packages() -> Finding:
    """What the project's own metadata asks for, without its extras."""
    try:
        wanted = [Requirement(text) for text in requires(DISTRIBUTION) or ()]
    except PackageNotFoundError:
        return fault("packages", _INSTALLED, "the project itself is not installed", _INSTALL)
    if lacking := sorted(one.name for one in wanted if _is_lacking(one)):
        return fault("packages", _INSTALLED, f"missing or of another version: {', '.join(lacking)}", _INSTALL)
    return good("packages", _INSTALLED, "all that the project asks for")


def _is_lacking(wanted: Requirement) -> bool:
    if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
        return False
    try:
        return not wanted.specifier.contains(version(wanted.name), prereleases=True)
    except PackageNotFoundError:
        return True


def memory_there(meminfo: Path = MEMINFO, limit: Path = LIMIT) -> int:
    """Bytes that this process may have, which a control group may make fewer; 0: not known."""
    found = []
    if meminfo.exists():
        words = meminfo.read_text(encoding="ascii").partition("MemTotal:")[2].split()
        found += [1024 * int(words[0])] if words else []
    if limit.exists() and (text := limit.read_text(encoding="ascii").strip()).isdigit():
        found.append(int(text))
    return min(found, default=0)


def _memory(asked: Asked) -> Iterator[Finding]:
    there, wanted = memory_there(), duck.bytes_of(asked.settings.memory_limit)
    if not there or not wanted:
        return  # a limit in no form is told of DuckDB
    found = f"each DuckDB connection may take {wanted / _GB:.1f} GiB of {there / _GB:.1f} GiB"
    if wanted > there:
        yield fault("memory", _MEMORY, found, "a WSIC_MEMORY_LIMIT of at most half of what there is")
    else:
        yield good("memory", _MEMORY, found)


def _disk(asked: Asked) -> Finding:
    free, came = shutil.disk_usage(nearest(asked.settings.home)).free, _size(asked.extracts)
    needed = AT_LEAST + PER_BYTE * came
    found = f"{free / _GB:.1f} GiB free; extracts of {came / _GB:.2f} GiB need about {needed / _GB:.1f}"
    if free < needed:
        return fault("disk", _DISK, found, "a volume with that much free (setting home)")
    return good("disk", _DISK, found)


def _size(folder: Path) -> int:
    """Bytes of all files below a folder; none where there is no folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _clock(asked: Asked) -> Finding:
    try:
        ZoneInfo(duck.TIME_ZONE)
    except ZoneInfoNotFoundError:
        valid = "the system's tzdata, or the package of that name"
        return fault("clock", _CLOCK, f"the zone {duck.TIME_ZONE} is not known here", valid)
    latest = asked.ledger.query("select max(started_at) as at from run")[0]["at"]
    moment = clock.moment()
    said = f"{moment:%Y-%m-%d %H:%M} UTC"
    if latest and moment < datetime.fromisoformat(latest):
        found = f"it is {said}, before the last run began ({latest})"
        return fault("clock", _CLOCK, found, "a clock that is set by a time server")
    return good("clock", _CLOCK, f"{said}; zone {duck.TIME_ZONE}")


def telemetry_off() -> dict[str, str]:
    """Variables of ``dags/airflow.env`` that keep Airflow and what it brings from reporting home."""
    lines = AIRFLOW_ENV.read_text(encoding="utf-8").splitlines()
    pairs = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {name: value for name, value in pairs.items() if any(word in name for word in _TALKING)}


def _home_calls(env: Mapping[str, str]) -> Finding:
    lacking = [name for name, off in telemetry_off().items() if env.get(name, "").lower() != off.lower()]
    if not lacking:
        return good("calls home", _HOME_CALLS, "Airflow and its libraries are told to report nothing")
    found = f"not set as they must be: {', '.join(sorted(lacking))}"
    valid = "the lines of dags/airflow.env in the environment of scheduler and workers"
    if any(name.startswith("AIRFLOW") for name in env):
        return fault("calls home", _HOME_CALLS, found, valid)
    return worth_a_look("calls home", _HOME_CALLS, f"{found}; only a night in Airflow needs them", valid)
