"""The night's first step fetches every feed, whatever its transport, and what one lacks stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeline import clock
from pipeline.cli import app
from pipeline.errors import InputRefusedError, SetupError
from pipeline.run import steps
from pipeline.run.opened import Run
from tests.bulk_desk import encounter
from tests.bulk_server import BulkServer, records
from tests.fetch_desk import MESH_FEED, SECRETS, STORE_FEED, Desk, csv
from tests.landing_house import House, declare_sources
from tests.mesh_exchange import Exchange, Letter

SERVER = """
[[server]]
name = "north"
source = "acute"
sender = "FH1"
url = "{url}"
level = "system"
authorisation = "none"
"""


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    with Exchange() as exchange:
        yield exchange


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: Exchange) -> Iterator[Desk]:
    """A FHIR server, a mailbox and a folder, each with something new."""
    declare_sources(monkeypatch)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "Person_2.csv").write_bytes(csv(2))
    exchange.post(Letter([csv(1)], sent_at="20260330093000"))
    with BulkServer() as server:
        server.exports = [[records("Encounter", encounter(1))]]
        desk = Desk(House(tmp_path), MESH_FEED + STORE_FEED.format(url=drop.as_uri()), url=exchange.url)
        servers = tmp_path / "fhir-servers.toml"
        servers.write_text(SERVER.format(url=server.base), encoding="utf-8")
        servers.chmod(0o600)
        desk.house.settings = replace(desk.house.settings, fhir_servers=servers)
        yield desk


def night(desk: Desk, source: str | None = None) -> Run:
    """Tonight's run."""
    return Run(
        run_id="20260331-001", settings=desk.house.settings, ledger=desk.house.ledger,
        extracts=desk.house.extracts, as_of=clock.today(), source=source,
    )  # fmt: skip


def told(run: Run) -> dict[str, Any]:
    """Places and how they ended."""
    rows = run.ledger.query("select subject, outcome from step where step = 'fetch' and subject <> ''")
    return {row["subject"]: row["outcome"] for row in rows}


def judged(run: Run) -> dict[str, tuple[int, int]]:
    """Rules of the suite: checked, failed."""
    rows = run.ledger.query("select * from rule_result where suite = 'fetched'")
    return {row["rule_id"]: (row["rows_checked"], row["rows_failed"]) for row in rows}


def test_tonight_every_place_is_fetched_from(desk: Desk, exchange: Exchange) -> None:
    run = night(desk)
    steps.fetch(run)
    assert told(run) == {"north": "done", "mesh-x26abc1": "done", "drop": "done"}
    assert (
        len([path for path in desk.house.zones.fetched.rglob("*.*") if path.suffix in (".csv", ".ndjson")])
        == 3
    )
    assert judged(run) == {"nothing_left_behind": (3, 0), "messages_were_delivered": (3, 0)}
    assert exchange.waiting() == []


def test_what_one_lacks_is_told_as_quality_and_stops_no_other(desk: Desk, exchange: Exchange) -> None:
    exchange.post(Letter([csv(3)], workflow="UNHEARD_OF"))
    exchange.post(Letter([], kind="REPORT", more={"Mex-StatusCode": "14"}))
    run = night(desk)
    with pytest.raises(
        InputRefusedError, match="mesh-x26abc1: 1 message left: no feed takes workflow UNHEARD_OF"
    ):
        steps.fetch(run)
    assert told(run) == {"north": "done", "mesh-x26abc1": "refused", "drop": "done"}
    assert judged(run) == {"nothing_left_behind": (4, 1), "messages_were_delivered": (4, 1)}


def test_a_place_that_fails_stops_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WSIC_MESH_PASSWORD")
    run = night(desk)
    with pytest.raises(SetupError, match="WSIC_MESH_PASSWORD"):
        steps.fetch(run)
    assert told(run) == {"north": "done", "mesh-x26abc1": "refused", "drop": "done"}


def test_a_run_of_one_source_asks_its_places_only(desk: Desk, exchange: Exchange) -> None:
    run = night(desk, "acute")
    steps.fetch(run)
    assert told(run) == {"north": "done"} and exchange.asked == []


def test_by_hand_it_is_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch, exchange: Exchange) -> None:
    settings = desk.house.settings
    for name in ("home", "feeds", "fhir_servers", "mesh_url", "mesh_mailbox"):
        monkeypatch.setenv(f"WSIC_{name.upper()}", str(getattr(settings, name)))
    runner = CliRunner()
    assert "drop lets us in" in runner.invoke(app, ["fetch", "check", "drop"]).output
    assert "practice lets us in" in runner.invoke(app, ["fetch", "check", "practice"]).output
    assert exchange.asked == ["greet"]
    done = runner.invoke(app, ["fetch", "run", "practice", "--json"])
    assert done.exit_code == 0 and '"files": 1' in done.output
    assert runner.invoke(app, ["fetch", "run"]).exit_code == 0
    listed = runner.invoke(app, ["fetch", "feeds"]).output
    assert all(name in listed for name in ("north", "practice", "drop", "mesh-x26abc1"))
    assert '"acknowledged"' in runner.invoke(app, ["fetch", "arrivals", "practice", "--json"]).output
    assert (
        "no message or file is known" in runner.invoke(app, ["fetch", "arrivals", "--state", "left"]).output
    )
