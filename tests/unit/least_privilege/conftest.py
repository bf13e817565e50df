"""A planted machine for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.least_privilege.planted_machine import Planted


@pytest.fixture
def planted(tmp_path: Path) -> Planted:
    return Planted(tmp_path / "machine")
