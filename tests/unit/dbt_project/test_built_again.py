"""Built again, by more threads, all is the same row for row: no row hangs on the order of its making."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipeline.warehouse import dbt

pytestmark = pytest.mark.long

SCHEMAS = "('core', 'wsic', 'quality', 'audit', 'meta')"


@pytest.fixture(scope="module")
def again(pseudonymised: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The models alone, in a database of their own: ``built`` has one thread, this three."""
    work = tmp_path_factory.mktemp("again")
    environ = dbt.environment(
        pseudonymised=pseudonymised, warehouse=work / "again.duckdb", product="secondary_use",
        memory_limit="2GB", home=work, threads=3,
    )  # fmt: skip
    kinds = ["--resource-type", "seed", "--resource-type", "model"]
    assert dbt.run(["build", *kinds], environ=environ, work=work) == 0
    return work / "again.duckdb"


def test_every_published_table_is_the_same_row_for_row(built, again: Path) -> None:
    assert (found := differing(built.database, again))
    assert {table: n for table, n in found.items() if n} == {}


def test_a_single_row_that_differs_is_seen(built, again: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.duckdb"
    wrong.write_bytes(again.read_bytes())
    with duckdb.connect(str(wrong)) as connection:
        connection.execute(
            "update wsic.lace set lace_score = lace_score + 1 "
            "where rowid = (select min(rowid) from wsic.lace)"
        )
    assert {table: n for table, n in differing(built.database, wrong).items() if n} == {"wsic.lace": 2}


def differing(one: Path, other: Path) -> dict[str, int]:
    """Rows of each published table that only one of the two has."""
    with duckdb.connect() as connection:
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        listed = (
            "select schema_name || '.' || table_name from duckdb_tables() "
            f"where database_name = '{{}}' and schema_name in {SCHEMAS} order by 1"
        )
        tables, others = (connection.execute(listed.format(name)).fetchall() for name in ("one", "other"))
        assert tables == others
        found = {}
        for (table,) in tables:
            pairs = (("one", "other"), ("other", "one"))
            sides = [f"from {a}.{table} except all from {b}.{table}" for a, b in pairs]
            count = f"select count(*) from (({sides[0]}) union all ({sides[1]}))"
            found[table] = connection.execute(count).fetchall()[0][0]
        return found
