"""One warehouse, built by dbt from three hundred made-up people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipeline.warehouse import dbt
from tests.pseudonymised_fixtures import write_pseudonymised


@pytest.fixture(scope="session")
def pseudonymised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pseudonymised folder that the warehouse was built from."""
    return write_pseudonymised(tmp_path_factory.mktemp("pseudonymised"), people=300, seed=7)


@pytest.fixture(scope="session")
def warehouse(
    pseudonymised: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The built warehouse, read-only; every model, data test and unit test of the project passed."""
    work = tmp_path_factory.mktemp("warehouse")
    environ = dbt.environment(
        pseudonymised=pseudonymised, warehouse=work / "built.duckdb", product="secondary_use",
        memory_limit="2GB", home=work,
    )  # fmt: skip
    code = dbt.run(["build"], environ=environ, work=work)
    broken = [(node.kind, node.name, node.status) for node in dbt.results(work) if not node.is_passed]
    assert (code, broken) == (0, [])
    with duckdb.connect(str(work / "built.duckdb"), read_only=True) as connection:
        yield connection
