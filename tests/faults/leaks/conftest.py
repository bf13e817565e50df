"""The people whose identifiers are looked for, and a product about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.identity_economy import Economy
from tests.leak_house import make_product, settle


@pytest.fixture(scope="module")
def economy(tmp_path_factory: pytest.TempPathFactory) -> Economy:
    return settle(tmp_path_factory.mktemp("leaks") / "home")


@pytest.fixture
def product(tmp_path: Path, economy: Economy) -> Path:
    return make_product(economy, tmp_path / "secondary_use.duckdb")
