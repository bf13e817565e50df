"""Checks what arrived: one suite a source, over the FHIR tables of all its senders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import duckdb

from connectors.declare import SOURCE_WORDS
from connectors.fhir import shapes
from expectations.judge import judge, unjudged
from expectations.results import RuleResult
from expectations.rules import Before, Suite
from expectations.sources import SUITES

_HERE = Path(__file__).parent
_MANY = 4  # rules on one relation, from which on it is read once for all of them
_MACROS = _HERE.parent / "connectors" / "fhir" / "macros.sql"


def check_arrivals(
    connection: duckdb.DuckDBPyConnection,
    fhir: Path,
    *,
    as_of: date,
    sources: Iterable[str] = SOURCE_WORDS,
    before: Before | None = None,
) -> list[RuleResult]:
    """Judge the suites of ``sources`` on the FHIR zone; one result a rule.

    ``fhir`` is the zone's folder (``<ResourceType>/source=<s>/sender=<x>/*.parquet``); ``before``
    the counts of the last run, for rules that compare with it. A source of which nothing ever
    arrived has no row to fail. ``connection`` is one of its own: temporary tables are made on it.
    """
    results: list[RuleResult] = []
    for source in sources:
        try:
            open_source(connection, fhir, source=source, as_of=as_of)
            kept = _read_once(connection, SUITES[source])
        except duckdb.Error:  # its text may hold a value, and what cannot be read is not judged
            results += unjudged(SUITES[source])
        else:
            results += judge(connection, [SUITES[source]], before)
            for name in kept:
                connection.execute(f"drop table {name}")
    return results


def _read_once(connection: duckdb.DuckDBPyConnection, suite: Suite) -> list[str]:
    """Keep the rows of what many rules read: each would take them out of the FHIR tables by itself.

    Returns the tables that they are kept in.
    """
    asked = Counter(rule.table for rule in suite.rules)
    views = connection.execute("select view_name from duckdb_views() where temporary and not internal")
    often = [name for (name,) in views.fetchall() if asked[name] >= _MANY]
    for name in often:
        connection.execute(f"create or replace temp table {name}_rows as from {name}")
        connection.execute(f"create or replace temp view {name} as from {name}_rows")
    return [f"{name}_rows" for name in often]


def open_source(connection: duckdb.DuckDBPyConnection, fhir: Path, *, source: str, as_of: date) -> None:
    """Make the relations that rules read (``arrivals.sql``) for one source."""
    connection.execute(_MACROS.read_text("utf-8"))
    for resource_type in shapes.RESOURCE_TYPES:
        connection.execute(_view(fhir, resource_type, source))
    derive(connection, as_of=as_of)


def derive(connection: duckdb.DuckDBPyConnection, *, as_of: date) -> None:
    """Make the relations of ``arrivals.sql`` from the views ``fhir_<ResourceType>``."""
    connection.execute("set variable as_of = ?::date", [as_of])
    connection.execute((_HERE / "macros.sql").read_text("utf-8"))
    connection.execute((_HERE / "arrivals.sql").read_text("utf-8"))
    connection.execute(_id_tally())


def _view(fhir: Path, resource_type: str, source: str) -> str:
    """View on all senders' files of one type, empty and typed where there are none."""
    files = sorted((fhir / resource_type).glob(f"source={source}/sender=*/*.parquet"))
    if files:
        listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
        select = f"select * from read_parquet([{listed}], hive_partitioning = false)"
    else:
        columns = shapes.columns(resource_type).items()
        select = "select " + ", ".join(f'null::{kind} as "{name}"' for name, kind in columns) + " limit 0"
    return f'create or replace temp view "fhir_{resource_type}" as {select}'


def _id_tally() -> str:
    """Rows and distinct ids by sender and type.

    Ids are compared by their 64-bit hash, which keeps the memory a tenth: among 100 million rows
    the odds that two ids share one by chance are 3 in 10,000.
    """
    counted = " union all ".join(
        f"select _sender as sender, '{name}' as resource_type, count(*) as rows, "
        f'count(*) - count(distinct hash(id)) as repeated from "fhir_{name}" group by _sender'
        for name in shapes.RESOURCE_TYPES
    )
    return f"create or replace temp table id_tally as {counted}"
