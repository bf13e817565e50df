"""What the audit log is told of a version before it is served."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import duckdb

from pipeline import audit_log
from pipeline.duck import identifier
from pipeline.ledger import Ledger
from pipeline.publish.key_used import key_used
from pipeline.publish.versions import Shelf, withdraw
from pipeline.settings import Settings

Told = dict[str, str | int | bool | list[str]]


@contextmanager
def announced(
    settings: Settings, ledger: Ledger, place: Shelf, *, run_id: str, product: str,
    details: Mapping[str, audit_log.Detail] = MappingProxyType({}),
) -> Iterator[None]:  # fmt: skip
    """Log the version and lay its receipt beside it; then the block may serve it.

    A version that cannot be logged, or whose swap fails, is taken off the shelf again, unless it is the
    one that is served.
    """
    database = place.database(run_id)
    try:
        told: Told = {"run_id": run_id, "product": product, "file_sha256": audit_log.file_sha256(database)}
        told |= _counts(database) | _key(ledger, run_id, product) | dict(details)
        with audit_log.acting(settings, act="product_published", details=told) as entry:
            audit_log.issue_receipt(settings, database, entry)
            yield
    except BaseException:
        if place.served() != run_id:
            withdraw(place, run_id)
        raise


def _counts(database: Path) -> Told:
    """Tables and rows of the version, and the people of a person-level one."""
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        rows = {
            (schema, table): _count(connection, f"{identifier(schema)}.{identifier(table)}")
            for schema, table in tables
        }
    people = {"people": rows[("core", "person")]} if ("core", "person") in rows else {}
    return {"tables": len(rows), "rows": sum(rows.values()), **people}


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"select count(*) from {relation}").fetchone()
    return int(row[0]) if row else 0


def _key(ledger: Ledger, run_id: str, product: str) -> Told:
    """Public id of the key that the product's pseudonyms were made with, as the run noted it."""
    found = key_used(ledger, run_id, product)
    return {"key_id": found} if found else {}
