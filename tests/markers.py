"""Markers planted in extracts, and the search for them: identifiers must stop at the identity zone.

Every text column that may not leave as it is (identifier, pseudonymise, drop, free text) gets a word that
no sender would write; NHS numbers, postcodes and whole birth dates are markers as they are.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from connectors import registry
from connectors.declare import Handling, Kind
from connectors.types import quoted

MARKER = "XQZMARKER"
MAY_LEAVE = (Handling.KEEP, Handling.GENERALISE)
# Their form is checked on arrival, and a word in them only refused: they are searched for as they are.
CHECKED = re.compile("nhs ?number$|nhsno|postcode", re.IGNORECASE)
AFTER_THE_WALL = ("pseudonymised", "warehouse", "published", "audit")


def marked_columns() -> dict[str, set[str]]:
    """File name -> columns to plant in: all those of one name, or joins between files would break."""
    files = [file for source in registry.SOURCES.values() for form in source.formats for file in form.files]
    leaving = {column.name for file in files for column in file.columns if column.handling in MAY_LEAVE}
    planted: dict[str, set[str]] = defaultdict(set)
    for file in files:
        planted[file.name] |= {
            column.name
            for column in file.columns
            if column.kind in (Kind.TEXT, Kind.CODE) and column.name not in leaving
            and not CHECKED.search(column.name) and not column.values
        }  # fmt: skip
    # Kept columns (IDOrganisation) name an organisation by this key, and it is about no person.
    planted["SROrganisation.csv"].discard("RowIdentifier")
    return planted


def plant(extracts: Path) -> int:
    """Write the marker behind every value of :func:`marked_columns`; returns how many columns had one."""
    done = 0
    for name, columns in marked_columns().items():
        for path in sorted(extracts.glob(f"*/*/*/{name}")):
            done += _plant_in(path, columns)
    return done


def _plant_in(path: Path, columns: set[str]) -> int:
    read = f"read_csv('{path}', all_varchar = true, header = true)"
    with duckdb.connect() as connection:
        header = [row[0] for row in connection.execute(f"describe from {read}").fetchall()]
        here = columns.intersection(header)
        marked = ", ".join(f"{quoted(name)} || '{MARKER}' as {quoted(name)}" for name in sorted(here))
        if here:
            written = path.with_suffix(".marked")
            connection.execute(f"copy (select * replace ({marked}) from {read}) to '{written}' (header)")
            written.replace(path)
    return len(here)


def values_after_the_wall(home: Path, zones: Iterable[str] = AFTER_THE_WALL) -> Iterator[tuple[str, str]]:
    """(where, distinct text) of everything that lies in a zone after ``identity``, whatever its format."""
    for zone in zones:
        for path in sorted((home / zone).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield from ((str(path.relative_to(home)), text) for text in _texts(path))


def _texts(path: Path) -> Iterator[str]:
    if path.suffix == ".parquet":
        with duckdb.connect() as connection:
            yield from _relation(connection, f"read_parquet('{path}')")
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            for schema, table in connection.execute(
                "select schema_name, table_name from duckdb_tables()"
            ).fetchall():
                yield from _relation(connection, f'"{schema}"."{table}"')
    elif path.suffix == ".sqlite":
        with sqlite3.connect(path) as ledger:
            yield from ledger.iterdump()
    else:
        yield path.read_bytes().decode("utf-8", errors="replace")


def _relation(connection: duckdb.DuckDBPyConnection, relation: str) -> Iterator[str]:
    for name, *_ in connection.execute(f"describe from {relation}").fetchall():
        column = quoted(name)
        found = connection.execute(
            f"select distinct {column}::varchar from {relation} where {column} is not null"
        )
        yield "\n".join([name, *(row[0] for row in found.fetchall())])
