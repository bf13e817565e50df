"""The fetching process is killed (SIGKILL) at every step; the next goes on, and asks for no second export."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bulk_desk import Desk, encounter
from tests.bulk_server import BulkServer, deleted, records

ROOT = Path(__file__).parent.parent.parent.parent
# Writes of an export of two files: begun, asked for, files listed, time known, two a file, delivered, ended.
WRITES = 10
LOST_AT = ("before", 2)  # the kick-off went out, and its answer was never noted


def kill(desk: Desk, when: str, number: int) -> None:
    """Fetch in a process that comes no further than one write to the ledger."""
    command = [sys.executable, "-m", "tests.bulk_client"]
    done = subprocess.run(
        [*command, str(desk.house.settings.home), desk.server.base, when, str(number)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == -9, done.stderr


def prepare(server: BulkServer) -> None:
    """One file of records, compressed, and one that says what was deleted."""
    server.exports = [
        [records("Encounter", encounter(1), encounter(2), gzipped=True), deleted("Encounter/e0")]
    ]


def test_there_are_as_many_writes_as_the_next_test_kills_at(desk: Desk, server: BulkServer) -> None:
    prepare(server)
    done = subprocess.run(
        [sys.executable, "-m", "tests.bulk_client", str(desk.house.settings.home), server.base, "after",
         str(WRITES + 1)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    kill(desk, "after", WRITES)  # of another export


@pytest.mark.parametrize(
    ("when", "number"),
    [*(("before", number) for number in range(1, WRITES + 1)), ("after", 2), ("after", 4), ("after", 9)],
)
def test_a_killed_fetch_is_gone_on_with(desk: Desk, server: BulkServer, when: str, number: int) -> None:
    prepare(server)
    kill(desk, when, number)
    asked_before = {place: server.times_asked(place) for place in ("file:1", "file:2")}
    done = {row["number"] for row in desk.files() if row["state"] == "fetched"}
    assert desk.fetch().state == "complete"
    assert server.times_asked("kick-off") == (2 if (when, number) == LOST_AT else 1)
    for known in done:  # what was noted as here is not asked for again
        assert server.times_asked(f"file:{known}") == asked_before[f"file:{known}"]
    assert [row["state"] for row in desk.jobs()][-1] == "complete"
    assert [row["state"] for row in desk.jobs()][:-1] == (["lost"] if (when, number) == LOST_AT else [])
    assert len(desk.delivered()) == 2
    assert not [path for path in desk.house.zones.fetching.iterdir() if path.is_dir()]
    assert server.let_go
    assert desk.land().outcome == "landed"
    assert desk.ids() == ["e1", "e2"]
    assert not desk.house.unbalanced()


def test_a_work_folder_that_vanished_is_no_reason_to_lose_the_export(desk: Desk, server: BulkServer) -> None:
    """A disk restored without it: the ledger knows the export, the files that were fetched are gone."""
    prepare(server)
    kill(desk, "before", 7)
    for path in desk.house.zones.fetching.rglob("*.ndjson*"):
        path.unlink()
    (path,) = desk.house.zones.fetching.rglob("manifest.json")
    path.unlink()
    assert desk.fetch().state == "complete"
    assert [row["state"] for row in desk.jobs()] == ["gone", "complete"]
    desk.land()
    assert desk.ids() == ["e1", "e2"]
