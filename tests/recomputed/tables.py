"""What recomputations have in common: the files of a night as views, its day, and how two queries differ."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from connectors.declare import SOURCE_WORDS


def view(connection: duckdb.DuckDBPyConnection, folder: Path, entities: Iterable[str]) -> None:
    """Make a view of every Parquet file of a pseudonymised folder, and of each entity over all sources."""
    for file in sorted(folder.glob("*.parquet")):
        connection.execute(f"create view \"{file.stem}\" as from read_parquet('{file}')")
    for entity in entities:
        union = " union all by name ".join(f"(from {source}__{entity})" for source in SOURCE_WORDS)
        connection.execute(f"create view {entity} as {union}")


def stand_on_the_night(connection: duckdb.DuckDBPyConnection) -> None:
    """Set the middle threshold of linking, and the night as the only period."""
    connection.execute(
        """
        set variable threshold = 'middle';
        set variable as_of = (select as_of from ledger__current_run);
        create table period as
        select 'day' as period_type, getvariable('as_of') as period_start, getvariable('as_of') as period_end
        """
    )


def count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """Rows of a query."""
    found = connection.execute(f"select count(*) from ({query})").fetchone()
    return int(found[0]) if found else 0


def n_differing(connection: duckdb.DuckDBPyConnection, made: str, wanted: str) -> int:
    """Rows that only one of two queries has, each as often as it has it more."""
    return sum(count(connection, f"({a}) except all ({b})") for a, b in ((made, wanted), (wanted, made)))
