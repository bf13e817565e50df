"""What a fault does where nothing stops it, looked for in the files that somebody reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from tests.planted.deployment import PRODUCT, RUN_ID, Deployment
from tests.planted.fault import Damage

Relation = str | Callable[[Deployment], str]  # ``table where condition``: a row of it is the damage


def is_any(database: Path, relation: str) -> bool:
    """Whether a database or a Parquet file has such a row; what cannot be read has none."""
    try:
        with duckdb.connect() as connection:
            if database.suffix == ".duckdb":
                connection.execute(f"attach '{database}' as looked (read_only); use looked")
            else:
                connection.execute(
                    f"create view t as from read_parquet('{database}', hive_partitioning = false)"
                )
            return connection.execute(f"select 1 from {relation} limit 1").fetchone() is not None
    except duckdb.Error:
        return False


def served(relation: Relation = "audit.run", *, product: str = PRODUCT) -> Damage:
    """Readers of the night's version of ``product`` see such a row."""

    def seen(d: Deployment) -> bool:
        current = d.zones.published(product) / "current.duckdb"
        return d.served(product) == RUN_ID and is_any(current.resolve(), _of(relation, d))

    return seen


def served_beside(name: str, relation: Relation | None = None, *, product: str = PRODUCT) -> Damage:
    """A file lies beside the night's version: one with such a row, or one that is no table at all."""

    def seen(d: Deployment) -> bool:
        path = d.zones.published(product) / "parquet" / RUN_ID / name
        if d.served(product) != RUN_ID or not path.exists():
            return False
        return is_any(path, _of(relation, d)) if relation else not is_any(path, "t")

    return seen


def in_zone(table: str, where: Relation) -> Damage:
    """The pseudonymised zone, which dbt reads, has such a row."""
    return lambda d: is_any(d.zones.pseudonymised(PRODUCT) / f"{table}.parquet", f"t where {_of(where, d)}")


def in_warehouse(relation: Relation = "audit.run") -> Damage:
    """dbt built a warehouse with such a row."""
    return lambda d: is_any(d.warehouse, _of(relation, d))


def both(*damages: Damage) -> Damage:
    """All of these happened."""
    return lambda d: all(damage(d) for damage in damages)


def _of(relation: Relation, d: Deployment) -> str:
    return relation if isinstance(relation, str) else relation(d)
