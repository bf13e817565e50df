"""Rows are numbered by their place among those that were read: no join may stand between, whatever the rules.

The engine makes joins of lists of values, and gives rows in any order after them. It shows in files of more
than one of the reader's buffers alone, so what is asked for here is the plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from connectors import registry
from connectors.fhir.rules import record_rules
from connectors.fhir.shapes import SHAPES
from connectors.types import quoted
from pipeline.landing import conformance, sieve
from pipeline.landing.check import applicable_rules, checking
from pipeline.landing.desk import open_desk
from pipeline.landing.feeds import Feed
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones

_FORMATS = [(source.word, one.name) for source in registry.SOURCES.values() for one in source.formats]


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    settings = Settings(home=tmp_path)
    ledger = Ledger(Zones(tmp_path).create().audit / "ledger.sqlite")
    with open_desk(settings, ledger, "r", Feed("gp", "X01")) as desk:
        yield desk.con


def joins(con: duckdb.DuckDBPyConnection, statement: str) -> int:
    """Joins in the plan of a statement."""
    ((_, plan),) = con.execute(f"explain {statement}").fetchall()
    assert "PROJECTION" in plan
    return str(plan).count("JOIN")


def reading(con: duckdb.DuckDBPyConnection, source: str, name: str) -> Iterator[str]:
    """The statements through which the files of a format are read."""
    format_ = registry.format_named(source, name)
    for file in format_.files:
        columns = ", ".join(f"{quoted(column.name)} varchar" for column in file.columns)
        con.execute(f"create or replace temp table text_came ({columns}, _behind boolean)")
        con.execute("insert into text_came (_behind) values (false)")
        yield f"with one as (select 1) {checking(file, format_, applicable_rules(file, format_))}"


@pytest.mark.parametrize(("source", "name"), _FORMATS)
def test_no_native_file_is_read_through_a_join(
    con: duckdb.DuckDBPyConnection, source: str, name: str
) -> None:
    assert [joins(con, statement) for statement in reading(con, source, name)].count(0) == len(
        registry.format_named(source, name).files
    )


@pytest.mark.parametrize("resource_type", list(SHAPES))
def test_no_record_is_read_through_a_join(con: duckdb.DuckDBPyConnection, resource_type: str) -> None:
    conformance.define(con, resource_type)
    con.execute("create temp table told_lines (_row bigint, line json, _is_suspect boolean)")
    con.execute("insert into told_lines values (1, '{}', false)")
    with sieve._Rules(2).callable(con):
        assert joins(con, sieve._judging(con, resource_type, record_rules(resource_type))) == 0


def test_the_engine_would_make_joins_of_lists_of_values(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("reset disabled_optimizers")
    assert sum(joins(con, statement) for statement in reading(con, "gp", "emis")) > 0
