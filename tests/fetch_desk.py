"""A deployment that fetches by MESH or from a store, a process that is killed anywhere, and what
landed."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from fsspec.implementations.local import LocalFileSystem
from mesh_client import MeshClient

from pipeline.fetch import Fetched, Tools, list_arrivals, wanted
from pipeline.ledger import Ledger
from tests.bulk_server import FakeClock
from tests.landing_house import PERSON, House, people

FEED = "gp/X01"
NIGHT = datetime(2026, 3, 31, 2, tzinfo=UTC)
WRITTEN = datetime(2026, 3, 30, 9, tzinfo=UTC)  # when a sender wrote a file
MAILBOX = "X26ABC1"
SECRETS = {"WSIC_MESH_PASSWORD": "pass-Zyxmarker", "WSIC_MESH_SHARED_KEY": "key-Zyxmarker"}
MESH_FEED = """
[[feed]]
name = "practice"
source = "gp"
sender = "X01"
transport = "mesh"
workflows = ["WSIC_RETURNS"]
from_mailboxes = ["X26OT101"]
"""
STORE_FEED = """
[[feed]]
name = "drop"
source = "gp"
sender = "X01"
transport = "store"
url = "{url}"
files = ["**/*.csv", "*.zip"]
stable_minutes = 0
"""


def csv(*numbers: int) -> bytes:
    """A file of people that lands."""
    return "".join(f"{line}\n" for line in (PERSON, *people(*numbers))).encode()


def put(path: Path, content: bytes, *, at: datetime = WRITTEN) -> Path:
    """Write a file with its time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


@dataclass
class Desk:
    """One home whose file of feeds is ``text``."""

    house: House
    text: str
    url: str = ""
    clock: FakeClock = field(default_factory=lambda: FakeClock(NIGHT))
    more: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.say(self.text)

    def say(self, text: str) -> None:
        """Write the file of feeds."""
        path = self.house.root / "feeds.toml"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        none = self.house.root / "none.toml"
        self.house.settings = replace(
            self.house.settings, feeds=path, fhir_servers=none, mesh_url=self.url, mesh_mailbox=MAILBOX,
            **self.more,
        )  # fmt: skip

    def fetch(self, source: str | None = None, name: str | None = None) -> list[Fetched]:
        """One fetch of all that the file names, a second after the one before."""
        self.clock.time += timedelta(seconds=1)
        tools = Tools(
            settings=self.house.settings, ledger=self.house.ledger, read_key=self.secrets.__getitem__,
            clock=self.clock,
        )  # fmt: skip
        places = wanted(self.house.settings, source=source, name=name)
        return [one for place, names in places for one in place.fetch(tools, names)]

    def lacks(self, **which: Any) -> str:
        """Why something was left, of all feeds."""
        return "; ".join(one.lacks for one in self.fetch(**which) if one.lacks)

    def arrivals(self) -> list[str]:
        """States, oldest first."""
        rows = list_arrivals(self.house.ledger)
        return [row["state"] for row in sorted(rows, key=lambda row: (row["found_at"], row["remote_id"]))]

    def delivered(self) -> dict[str, bytes]:
        """``<date>/<name>`` of what lies where landing looks."""
        root = self.house.zones.fetched / FEED
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }

    def half(self) -> list[Path]:
        """What lies half fetched."""
        return [path for path in self.house.zones.fetching.rglob("*.part") if path.is_file()]

    def land(self, as_of: date = date(2026, 3, 31)) -> Any:
        """Land what was fetched."""
        return self.house.land(FEED, as_of=as_of)

    def people(self) -> list[int]:
        """Numbers of the people who are current."""
        return sorted({int(row[0].removeprefix("P")) for row in self.house.current(FEED)})


def killed(desk: Desk, at: int) -> bool:
    """Fetch in a process of its own that is killed (SIGKILL) before its step number ``at`` that lasts: a
    write to the ledger, a flush, a rename, an acknowledgement. False where it came to its end before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads serve, and are not needed in the child
        child = os.fork()
    if child == 0:
        try:
            _die_at(at)
            desk.fetch()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        assert os.WEXITSTATUS(status) == 0, "the fetch failed otherwise"
        return False
    assert os.WTERMSIG(status) == signal.SIGKILL
    return True


def _die_at(at: int) -> None:
    """Let the process end before its step number ``at``."""
    count = [0]

    def before(what: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*given: Any, **named: Any) -> Any:
            count[0] += 1
            if count[0] == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return what(*given, **named)

        return stepped

    for place, name in (
        (Ledger, "transaction"), (os, "fsync"), (Path, "replace"), (MeshClient, "acknowledge_message"),
        (LocalFileSystem, "mv"),
    ):  # fmt: skip
        setattr(place, name, before(getattr(place, name)))
