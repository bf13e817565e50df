"""However the key of somebody who may not be in a product stands there, the look through it finds it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipeline.identity.objections.looked import Looked, define_keys_within, look, tables_of

IN, OUT, ROW = (hashlib.sha256(name.encode()).hexdigest() for name in ("in", "out", "row"))
HIDDEN = {
    "another column": "'{key}'",
    "in capitals": "upper('{key}')",
    "inside a text": "'see {key}, and others'",
    "behind one digit more": "'a{key}0'",
    "in a list": "['nothing', '{key}']",
    "in a structure": "{{'of': '{key}'}}",
    "in json": "to_json('{key}')",
    "as bytes": "unhex('{key}')",
}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(f"create temp table allowed_key as select '{IN}' as key")
        connection.execute(
            "create temp table unwanted_key as "
            f"from (values ('{OUT}', true), ('{ROW}', false)) as t(key, is_person)"
        )
        define_keys_within(connection)
        yield connection


def looked(connection: duckdb.DuckDBPyConnection, place: Path, value: str, view: str = "") -> Looked:
    with duckdb.connect(str(place)) as product:
        product.execute("create schema core")
        product.execute(f"create table core.person as select '{IN}' as person_key, {value} as told_of")
        if view:
            product.execute(f"create view core.everybody as select {view} as told_of from core.person")
    with tables_of(connection, place) as tables:
        return look(connection, tables)


@pytest.mark.parametrize("how", HIDDEN)
def test_a_key_is_found_however_it_stands(
    how: str, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for number, (key, found) in enumerate(((IN, (0, 0)), (OUT, (1, 0)), (ROW, (0, 1)))):
        seen = looked(connection, tmp_path / f"{number}.duckdb", HIDDEN[how].format(key=key))
        assert (seen.keys, seen.people, seen.rows) == (1, *found)


def test_a_view_is_looked_through_like_a_table(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    seen = looked(connection, tmp_path / "a.duckdb", "'nobody'", view=f"'{OUT}'")
    assert (seen.tables, seen.people, seen.rows) == (2, 1, 0)


def test_a_key_that_was_put_among_short_texts_is_found(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """What the database has counted of a column holds for what came into it later too."""
    place = tmp_path / "a.duckdb"
    assert looked(connection, place, "'nobody'").people == 0
    with duckdb.connect(str(place)) as product:
        product.execute(f"insert into core.person values ('{IN}', null), ('{IN}', '{OUT}')")
    with tables_of(connection, place) as tables:
        assert look(connection, tables).people == 1
