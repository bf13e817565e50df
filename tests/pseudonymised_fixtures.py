"""A pseudonymised zone of made-up people, of any size, for building the warehouse on its own.

Every file that the warehouse reads is written, with the columns that the register of handling gives
it, so that a column added there is present (and null) here. What happens to people is random but
hangs together: registrations, contacts, spells with episodes and transfers, services with costs.

``python -m tests.pseudonymised_fixtures FOLDER --people 10000`` writes one for trying things by hand.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.declare import SOURCE_WORDS
from connectors.register import entities, written_columns
from pipeline.handling import written as handling
from pipeline.identity import carried
from pipeline.warehouse.purposes import LINEAGE, LINEAGE_COLUMNS

_SQL = Path(__file__).parent / "pseudonymised_sql"
_STARTER_LISTS = Path(__file__).parents[1] / "connectors" / "reference" / "codelists.csv"
AS_OF = date(2026, 3, 31)


def write_pseudonymised(
    folder: Path, *, people: int = 300, seed: int = 1, as_of: date = AS_OF, product: str = "secondary_use"
) -> Path:
    """Write a whole pseudonymised folder for ``people`` persons; the same seed gives the same rows."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for name, value in {"people": people, "seed": seed, "as_of": as_of, "product": product}.items():
            connection.execute(f"set variable {name} = ?", [value])
        connection.execute("set variable starter_lists = ?", [str(_STARTER_LISTS)])
        connection.execute((_SQL / "people.sql").read_text(encoding="utf-8"))
        for source in SOURCE_WORDS:
            _write_source(connection, folder, source)
        connection.execute((_SQL / "reference.sql").read_text(encoding="utf-8"))
        connection.execute((_SQL / "ledger.sql").read_text(encoding="utf-8"))
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where table_name similar to '(reference|ledger)__.*'"
            " or table_name in ('person_sources', 'link_groups')"
        ).fetchall():
            _copy(connection, table, folder / f"{table}.parquet")
        carried.write_files(connection, folder, None)
    handling.write(folder)
    empty = pa.schema([(name, pa.string()) for name in LINEAGE_COLUMNS])
    pq.write_table(empty.empty_table(), folder / LINEAGE)
    return folder


def _write_source(connection: duckdb.DuckDBPyConnection, folder: Path, source: str) -> None:
    for entity in entities().values():
        columns = ", ".join(f'"{name}" {kind}' for name, kind in written_columns(entity).items())
        connection.execute(f'create table "{source}__{entity.name}" ({columns})')
    script = _SQL / f"{source}.sql"
    connection.execute(script.read_text(encoding="utf-8"))
    for entity in entities().values():
        _copy(connection, f"{source}__{entity.name}", folder / f"{source}__{entity.name}.parquet")


def _copy(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
    connection.execute(f"copy \"{table}\" to '{path}' (format parquet)")


def main() -> None:
    """Write a folder from the command line."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write_pseudonymised(given.folder, people=given.people, seed=given.seed)


if __name__ == "__main__":
    main()
