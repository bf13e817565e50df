"""A deployment in a temporary folder, with nothing in it yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.ledger import Ledger
from pipeline.run import open_ledger
from pipeline.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", extracts=tmp_path / "extracts")


@pytest.fixture
def ledger(settings: Settings) -> Ledger:
    settings.extracts.mkdir()
    return open_ledger(settings)
