"""Fetching as a step of the night: today's only, every server, and what a failure leaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline import clock
from pipeline.errors import InputRefusedError, SetupError
from pipeline.ledger import Ledger
from pipeline.run import steps
from pipeline.run.opened import Run
from pipeline.settings import Settings
from pipeline.zones import Zones
from tests.bulk_desk import encounter, private_key, register
from tests.bulk_server import CLIENT_ID, BulkServer, FakeClock, Reply, could_not, records

TODAY = clock.today()
ENTRY = """
[[server]]
name = "{name}"
source = "{source}"
sender = "FH1"
url = "{url}"
level = "system"
client_id = "{client}"
key = "north.pem"
"""


@pytest.fixture
def server() -> Iterator[BulkServer]:
    """A server on today's clock, which wants tokens."""
    with BulkServer(FakeClock(clock.moment())) as server:
        register(server)
        server.exports = [[records("Encounter", encounter(1))]]
        yield server


@pytest.fixture
def settings(tmp_path: Path, server: BulkServer) -> Settings:
    """Two servers, of two sources, at one address."""
    home = tmp_path / "home"
    zones = Zones(home).create()
    (zones.keys / "north.pem").write_bytes(private_key("ES384"))
    (zones.keys / "north.pem").chmod(0o600)
    path = tmp_path / "fhir-servers.toml"
    entries = [
        ENTRY.format(name=name, source=source, url=server.base, client=CLIENT_ID)
        for name, source in (("north", "acute"), ("south", "community"))
    ]
    path.write_text("".join(entries), encoding="utf-8")
    path.chmod(0o600)
    return Settings(home=home, fhir_servers=path, threads=1)


def night(settings: Settings, as_of: date, source: str | None = None) -> Run:
    """A run of that night."""
    ledger = Ledger(Zones(settings.home).audit / "ledger.sqlite")
    return Run(
        run_id="20260331-001",
        settings=settings,
        ledger=ledger,
        extracts=settings.home,
        as_of=as_of,
        source=source,
    )


def told(run: Run) -> dict[tuple[str, str], Any]:
    """Steps of the run and how they ended."""
    rows = run.ledger.query("select step, subject, outcome from step")
    return {(row["step"], row["subject"]): row["outcome"] for row in rows}


def test_tonight_every_server_is_fetched_from(settings: Settings, server: BulkServer) -> None:
    run = night(settings, TODAY)
    steps.fetch(run)
    assert told(run) == {("fetch", ""): "done", ("fetch", "north"): "done", ("fetch", "south"): "done"}
    assert len(list(Zones(settings.home).fetched.rglob("*.ndjson"))) == 2


def test_a_night_of_the_past_fetches_nothing(settings: Settings, server: BulkServer) -> None:
    steps.fetch(night(settings, TODAY - timedelta(days=1)))
    assert server.asked == []


def test_a_run_of_one_source_asks_its_servers_only(settings: Settings, server: BulkServer) -> None:
    run = night(settings, TODAY, "community")
    steps.fetch(run)
    assert ("fetch", "north") not in told(run)


def test_a_lacking_export_is_red_and_stops_no_other(settings: Settings, server: BulkServer) -> None:
    server.exports = [[records("Encounter", encounter(1)), could_not()]]
    run = night(settings, TODAY)
    with pytest.raises(InputRefusedError, match="lacks something"):
        steps.fetch(run)
    assert told(run)[("fetch", "north")] == told(run)[("fetch", "south")] == "refused"
    assert len(list(Zones(settings.home).fetched.rglob("Encounter*.ndjson"))) == 2


def test_a_key_that_others_may_read_is_refused(settings: Settings, server: BulkServer) -> None:
    (settings.home / "keys" / "north.pem").chmod(0o644)
    run = night(settings, TODAY, "acute")
    with pytest.raises(SetupError, match="others may read it"):
        steps.fetch(run)
    assert server.asked == []


def test_a_server_that_refuses_is_said_in_the_ledger(settings: Settings, server: BulkServer) -> None:
    server.misbehave("kick-off", Reply(400))
    run = night(settings, TODAY, "acute")
    with pytest.raises(InputRefusedError, match="answered 400"):
        steps.fetch(run)
    rows = run.ledger.query("select message from step where subject = 'north'")
    assert "answered 400" in rows[0]["message"]
