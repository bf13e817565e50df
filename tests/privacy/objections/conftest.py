"""A deployment of its own for every test."""

from pathlib import Path

import pytest

from tests.identity_economy import Economy


@pytest.fixture
def economy(tmp_path: Path) -> Economy:
    return Economy(tmp_path / "home")
