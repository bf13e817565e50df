"""What a night reads of the vault: what is missing is brought, once, and nothing else."""

from __future__ import annotations

import duckdb
import pytest

from pipeline.identity.person_index.near import bring_near

_VAULT = """
attach ':memory:' as vault;
create table vault.record as select unnest(['near', 'far', 'farther', 'changed']) as record_key;
create temp table record_near as select 'near' as record_key;
create temp table identity_record as select unnest(['changed', 'new']) as record_key;
create temp table asked_for as select unnest(['near', 'far', 'changed', 'new', 'unknown']) as record_key;
"""


@pytest.fixture
def vault() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(_VAULT)
    return connection


def test_what_is_asked_for_and_not_near_is_brought_once(vault: duckdb.DuckDBPyConnection) -> None:
    vault.execute("set variable everything = false")
    for _ in range(2):
        bring_near(vault, "asked_for")
        assert vault.execute("from record_near order by all").fetchall() == [("far",), ("near",)]


def test_where_everything_is_linked_everything_is_near(vault: duckdb.DuckDBPyConnection) -> None:
    vault.execute("set variable everything = true")
    bring_near(vault, "asked_for")
    assert vault.execute("from record_near").fetchall() == [("near",)]
