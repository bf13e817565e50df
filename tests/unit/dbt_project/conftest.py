"""One warehouse, built by dbt from three hundred made-up people.

``make recomputed`` builds it of 5,000 (``RECOMPUTED_PEOPLE``) and works everything out again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from pipeline.warehouse import dbt
from tests.pseudonymised_fixtures import write_pseudonymised

PEOPLE = int(os.environ.get("RECOMPUTED_PEOPLE", "300"))


@pytest.fixture(scope="session")
def pseudonymised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pseudonymised folder that the warehouse was built from."""
    return write_pseudonymised(tmp_path_factory.mktemp("pseudonymised"), people=PEOPLE, seed=7)


@dataclass(frozen=True, slots=True)
class Built:
    """The database that dbt made, how dbt ended, and what became of each node."""

    database: Path
    code: int
    nodes: list[dbt.NodeResult]


@pytest.fixture(scope="session")
def built(pseudonymised: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Every model, data test and unit test of the project (a night leaves the unit tests out)."""
    work = tmp_path_factory.mktemp("warehouse")
    environ = dbt.environment(
        pseudonymised=pseudonymised, warehouse=work / "built.duckdb", product="secondary_use",
        memory_limit="2GB", home=work, threads=1,
    )  # fmt: skip
    code = dbt.run(["build"], environ=environ, work=work)
    return Built(work / "built.duckdb", code, dbt.results(work))


@pytest.fixture(scope="session")
def home_of_views(pseudonymised: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a connection that reads dbt's views: their rows are at ``~/rows``."""
    home = tmp_path_factory.mktemp("home")
    (home / "rows").symlink_to(pseudonymised)
    return home


@pytest.fixture(scope="session")
def warehouse(built: Built, home_of_views: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The built warehouse, read-only; everything of the project passed."""
    broken = [(node.kind, node.name, node.status) for node in built.nodes if not node.is_passed]
    assert (built.code, broken) == (0, [])
    with duckdb.connect(str(built.database), read_only=True) as connection:
        connection.execute("set home_directory = ?", [str(home_of_views)])
        yield connection
