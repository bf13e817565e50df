"""What changed between two places of tables: records that are new or other, and ids that are gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from connectors.fhir import shapes
from connectors.fhir.out import lines_sql
from connectors.types import quoted
from pipeline.duck import literal, values_hidden
from pipeline.landing.export.records import Slice
from pipeline.landing.tables import write_parquet


def write_changed(con: duckdb.DuckDBPyConnection, now: Slice, then: Path, target: Path) -> Slice:
    """Write the records of ``now`` that were not there ``then``, or were other, into the place ``target``."""
    changed, before = replace(now, tables=target), replace(now, tables=then)
    changed.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    columns = ", ".join(quoted(name) for name in shapes.columns(now.resource_type))
    of_now, of_then = (_hashed(lines_sql(now.resource_type, one.rows)) for one in (now, before))
    with values_hidden(f"{now.feed}: changes of {now.resource_type}"):
        write_parquet(
            con,
            f"""select {columns} from {now.rows} semi join (
                select id from ({of_now} except {of_then})) as other using (id)""",
            changed.path,
        )
    return changed


def _hashed(lines: str) -> str:
    return f"select id, sha256(line) as line from ({lines})"


def gone_sql(feed_slices: Sequence[Slice], now: Path) -> str:
    """SELECT of ``resource_type, id`` of the records of one feed's slices of then that are not there now."""
    parts = [
        f"""select {literal(then.resource_type)} as resource_type, id
        from (select distinct id from {then.rows}) as t
        anti join (select id from {replace(then, tables=now).rows}) as n using (id)"""
        for then in feed_slices
    ]
    return " union all ".join(parts) or "select '' as resource_type, '' as id where false"
