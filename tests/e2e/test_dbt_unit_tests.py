"""The models' unit tests, run by dbt on the small night's warehouse (the night itself leaves them out)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.warehouse import dbt
from pipeline.zones import Zones

PRODUCT = "secondary_use"


@pytest.fixture
def results(small_night, tmp_path: Path) -> list[dbt.NodeResult]:
    zones = Zones(small_night.home)
    database = tmp_path / zones.warehouse(PRODUCT).name
    shutil.copy(zones.warehouse(PRODUCT), database)
    environ = dbt.environment(
        pseudonymised=zones.pseudonymised(PRODUCT), warehouse=database, product=PRODUCT,
        memory_limit="2GB", home=tmp_path,
    )  # fmt: skip
    dbt.run(["test", "--select", "test_type:unit"], environ=environ, work=tmp_path)
    return dbt.results(tmp_path)


def test_every_unit_test_passes(results: list[dbt.NodeResult]) -> None:
    assert [(node.name, node.status) for node in results if node.status != "pass"] == []
    assert len(results) > 20
    assert {node.kind for node in results} == {"unit_test"}
