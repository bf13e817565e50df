"""One server that misbehaves and a deployment that fetches from it; a folder that a sender writes to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bulk_desk import Desk, encounter
from tests.bulk_server import BulkServer, records
from tests.landing_house import House, declare_sources


@pytest.fixture
def server() -> Iterator[BulkServer]:
    """Three files: two of Encounters, one of them compressed."""
    with BulkServer() as server:
        server.exports = [[
            records("Encounter", encounter(1), encounter(2)),
            records("Encounter", encounter(3), gzipped=True),
            records("Encounter", *(encounter(number) for number in range(4, 40)), gzipped=True),
        ]]  # fmt: skip
        yield server


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: BulkServer) -> Desk:
    """A home and a ledger; nothing was fetched yet."""
    declare_sources(monkeypatch)
    return Desk(House(tmp_path), server)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a sender writes to."""
    path = tmp_path / "drop"
    path.mkdir()
    return path
