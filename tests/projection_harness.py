"""What the pseudonymised zone would hold of mapped rows: the register's expressions over a format's mappings.

It shows that mappings fill the elements that the register reads. Keyed hashes and generalised values are
given as they go in, so that a test can follow references; nothing here leaves a test.
"""

from __future__ import annotations

from typing import Any

import duckdb

from connectors import registry
from connectors.fhir import shapes
from connectors.register import Entity, entities
from connectors.types import quoted
from tests.mapping_harness import Rows, connection, load


def project(
    source: str, format_name: str, rows: Rows, *, sender: str = "X99"
) -> dict[str, list[dict[str, Any]]]:
    """Entity -> its rows, with ``resource_key`` ('Type/id') and the lineage, in order of file and row."""
    con = connection(source, sender)
    load(con, registry.format_named(source, format_name), rows)
    for resource_type in shapes.RESOURCE_TYPES:
        _map(con, source, format_name, resource_type)
    return {name: _project(con, entity) for name, entity in entities().items()}


def _map(con: duckdb.DuckDBPyConnection, source: str, format_name: str, resource_type: str) -> None:
    columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in shapes.columns(resource_type).items())
    con.execute(f"create table fhir_{resource_type} ({columns})")
    for _, sql in registry.mapping_sql(source, format_name).get(resource_type, ()):
        con.execute(
            f"insert into fhir_{resource_type} by name "
            f"select *, getvariable('source') as _source, getvariable('sender') as _sender from ({sql})"
        )


def _project(con: duckdb.DuckDBPyConnection, entity: Entity) -> list[dict[str, Any]]:
    columns = ", ".join(f"{column.expression} as {quoted(column.name)}" for column in entity.columns)
    rows = (
        f"(select *, unnest({quoted(entity.unnest)}) as item from fhir_{entity.resource})"
        if entity.unnest
        else ""
    )
    result = con.execute(
        f"select '{entity.resource}/' || id as resource_key, _record_id, _file_id, _row, {columns} "
        f"from {rows or f'fhir_{entity.resource}'} order by _file_id, _row, id"
    )
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
