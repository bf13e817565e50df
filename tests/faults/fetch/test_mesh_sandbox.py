"""Feeds by NHS England's own sandbox, over a real socket and with its checks of tokens and chunks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mesh_client import MeshClient

from tests.bulk_server import FakeClock
from tests.fetch_desk import MESH_FEED, Desk, csv
from tests.landing_house import House, declare_sources
from tests.mesh_sandbox import SECRETS, mesh_sandbox, report_undelivered

FEEDS = MESH_FEED.replace("X26OT101", "X26ABC2")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with mesh_sandbox(tmp_path_factory.mktemp("mesh")) as url:
        yield url


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: str) -> Desk:
    """Our mailbox, X26ABC1."""
    declare_sources(monkeypatch)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return Desk(House(tmp_path), FEEDS, url=sandbox, clock=FakeClock(datetime.now(UTC)))


@pytest.fixture
def sender(sandbox: str) -> Iterator[Any]:
    """The client of a sender, whose chunks are small."""
    secret = SECRETS["WSIC_MESH_SHARED_KEY"].encode()
    with MeshClient(sandbox, "X26ABC2", "password", shared_key=secret, max_chunk_size=2000) as client:
        yield client


def test_a_feed_comes_in_chunks_and_lands_and_what_is_nobodys_stays(
    desk: Desk, sandbox: str, sender: Any
) -> None:
    content, small = csv(*range(1, 300)), csv(900)
    told = {"checksum": hashlib.sha256(content).hexdigest()}
    sender.send_message(
        "X26ABC1", content, workflow_id="WSIC_RETURNS", filename="Person.csv", compress=True, **told
    )
    sender.send_message("X26ABC1", small, workflow_id="WSIC_RETURNS", filename="Person_2.csv")
    left = sender.send_message("X26ABC1", small, workflow_id="UNHEARD_OF", filename="Person_3.csv")
    report_undelivered(
        sandbox, mailbox_id="X26ABC1", code="14", description="not collected", workflow_id="WSIC_RETURNS",
        status="undeliverable", local_id="x",
    )  # fmt: skip
    practice, nobodys = desk.fetch()
    assert (practice.files, practice.lacks) == (2, "")
    assert (nobodys.left, nobodys.reports) == (1, 1)
    assert {Path(name).name: kept for name, kept in desk.delivered().items()} == {
        "Person.csv": content, "Person_2.csv": small
    }  # fmt: skip
    secret = SECRETS["WSIC_MESH_SHARED_KEY"].encode()
    with MeshClient(sandbox, "X26ABC1", "password", shared_key=secret) as ours:
        assert [*ours.iterate_message_ids()] == [left]
    practice, nobodys = desk.fetch()
    assert practice.files == 0 and (nobodys.left, nobodys.reports) == (1, 0)


def test_a_checksum_that_is_wrong_is_left_there(desk: Desk, sandbox: str, sender: Any) -> None:
    message = sender.send_message(
        "X26ABC1", csv(1), workflow_id="WSIC_RETURNS", filename="Person.csv", checksum="0" * 64
    )
    assert "does not meet the sender's checksum" in desk.lacks()
    secret = SECRETS["WSIC_MESH_SHARED_KEY"].encode()
    with MeshClient(sandbox, "X26ABC1", "password", shared_key=secret) as ours:
        assert message in [*ours.iterate_message_ids()] and desk.delivered() == {}
