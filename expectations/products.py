"""Checks a product that is about to be published: the warehouse of one product, or the open one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from expectations.judge import judge
from expectations.product_relations import (
    OPEN_SCHEMA,
    SCHEMAS,
    ProductContext,
    columns,
    count_tally,
    literal,
    open_columns,
    relations,
)
from expectations.published import MARKED_SUITES, OPEN_SUITES, SUITES
from expectations.results import RuleResult
from expectations.rules import Suite
from expectations.text_scan import scan_texts

_HERE = Path(__file__).parent


def check_product(
    connection: duckdb.DuckDBPyConnection,
    database: Path,
    context: ProductContext,
    *,
    index_leaks: object | None = None,
    suites: Iterable[Suite] = SUITES,
) -> list[RuleResult]:
    """Judge ``suites`` (all of :data:`expectations.published.SUITES`) on a warehouse; one result a rule.

    ``connection`` is one of its own, in memory; the database is attached to it read-only.
    ``index_leaks`` is an Arrow table of counts, what the identity room found in the product. What
    cannot be read leaves its rules unjudged, and an unjudged rule refuses.
    """
    _attach(connection, database)
    _take(connection, "index_leak", index_leaks)
    if context.other_product is not None and context.other_product.exists():
        connection.execute(f"attach {literal(context.other_product)} as other (read_only)")
    connection.execute("set variable as_of = ?::date", [context.as_of])
    connection.execute("set variable product = ?", [context.product])
    connection.execute("set variable is_identifiable_by_design = ?", [context.is_identifiable_by_design])
    _make(connection, relations(connection, context))
    return _judge(connection, suites, SCHEMAS)


def check_open_product(
    connection: duckdb.DuckDBPyConnection,
    database: Path,
    *,
    findings: object | None = None,
    uncounted: object | None = None,
    index_leaks: object | None = None,
    suites: Iterable[Suite] = OPEN_SUITES,
) -> list[RuleResult]:
    """Judge ``suites`` (all of :data:`expectations.published.OPEN_SUITES`) on the open product's database.

    ``findings``, ``uncounted`` and ``index_leaks`` are Arrow tables: a row a count, what an attack found; a
    row a table, how many rows it has of nothing that was counted; counts by column, what the identity
    room found. Without one, the rules on it could not be judged, and refuse.
    """
    _attach(connection, database)
    _take(connection, "disclosure_finding", findings)
    _take(connection, "uncounted_row", uncounted)
    _take(connection, "index_leak", index_leaks)
    _make(connection, {"open_column": open_columns()})
    _make(connection, {"published_column": columns((OPEN_SCHEMA,), has_dictionary=True)})
    _make(connection, {"count_tally": count_tally(connection)})
    return _judge(connection, suites, (OPEN_SCHEMA,))


def _judge(
    connection: duckdb.DuckDBPyConnection, suites: Iterable[Suite], schemas: tuple[str, ...]
) -> list[RuleResult]:
    """The suites' results; texts are scanned where one of them has a rule on what the scan finds."""
    suites = tuple(suites)
    if any(rule.table == "text_finding" for suite in suites for rule in suite.rules):
        _scan(connection, schemas)
    return judge(connection, suites)


def _take(connection: duckdb.DuckDBPyConnection, name: str, found: object | None) -> None:
    """What another room found, as a relation of the checks."""
    if found is not None:
        connection.register("found", found)
        connection.execute(f"create or replace temp table {name} as from found")
        connection.unregister("found")


def check_marked(
    connection: duckdb.DuckDBPyConnection,
    findings: object,
    *,
    suites: Iterable[Suite] = MARKED_SUITES,
) -> list[RuleResult]:
    """Judge what an attack found in the marked tables of a version; ``findings`` as for the open product."""
    _take(connection, "disclosure_finding", findings)
    return judge(connection, suites)


def _attach(connection: duckdb.DuckDBPyConnection, database: Path) -> None:
    name = '"' + database.stem.replace('"', '""') + '"'  # views name the database that they were made in
    connection.execute(f"attach {literal(database)} as {name} (read_only)")
    connection.execute(f"use {name}")
    connection.execute((_HERE / "macros.sql").read_text("utf-8"))


def _scan(connection: duckdb.DuckDBPyConnection, schemas: tuple[str, ...]) -> None:
    """Scan all texts; where that breaks off, no finding stands, and the rules on it have failed."""
    try:
        scan_texts(connection, schemas)
    except duckdb.Error:
        connection.execute("drop table if exists temp.text_finding")


def _make(connection: duckdb.DuckDBPyConnection, relations: Mapping[str, str]) -> None:
    """Make each relation that can be made; a rule without its relation counts as failed."""
    for name, select in relations.items():
        try:
            connection.execute(f"create or replace temp table {name} as {select}")
        except duckdb.Error:
            connection.execute(f"drop table if exists temp.{name}")
