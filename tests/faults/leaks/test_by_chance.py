"""A column of long figures among which chance puts somebody's numbers passes; one with more does not."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

import pipeline.identity.leak_scan as leak_scan
from pipeline.identity.leak_scan.chance import stands_out, weigh

_HELD = 100_000  # of the ten million numbers that begin with 400: one in a hundred


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """The numbers of many people, and what the look leaves."""
    chosen = random.Random(1).sample(range(10_000_000), _HELD)
    with duckdb.connect() as connection:
        held = pa.table({"digits": [f"400{n:07}" for n in chosen]})
        connection.execute("create temp table number_form as from held")
        connection.execute(
            f"create temp table number_density as select '400' as lead, {_HELD} / 1e7 as share"
        )
        connection.execute(
            "create temp table leak (kind varchar, place varchar, text varchar); "
            "create temp table found (kind varchar, place varchar, values_found bigint); "
            "create temp table weighed "
            "(kind varchar, place varchar, values_found bigint, by_chance double)"
        )
        assert held.num_rows == _HELD
        yield connection


def _look(connection: duckdb.DuckDBPyConnection, texts: list[str]) -> tuple[tuple[int, float], list[object]]:
    """How many were found and how many chance gives; and what refuses."""
    spoken = pa.table({"text": texts})
    assert spoken.num_rows
    connection.execute(
        "create or replace temp table spoken as select 'core.t.c' as place, text, text as reading, "
        "false as is_code, false as is_random, false as is_inner from spoken"
    )
    sql = Path(leak_scan.__file__).with_name("numbers.sql").read_text("utf-8")
    connection.execute(sql)
    weighed = connection.execute("select values_found, by_chance from weighed").fetchall()[0]
    weigh(connection, stands_out)
    return weighed, connection.execute("select kind, place, values_found from found").fetchall()


def _figures(count: int) -> list[str]:
    """Eleven figures that have nothing to do with anybody; ten of them can be a number."""
    drawn = random.Random(2)
    return [f"7400{drawn.randrange(10_000_000):07}" for _ in range(count)]


def test_what_chance_gives_is_foreseen_and_passes(connection: duckdb.DuckDBPyConnection) -> None:
    (found, by_chance), refused = _look(connection, _figures(20_000))
    assert by_chance == pytest.approx(200, rel=0.01)
    assert abs(found - by_chance) < 4 * by_chance**0.5
    assert refused == []


def test_more_than_chance_gives_refuses(connection: duckdb.DuckDBPyConnection) -> None:
    own = connection.execute("select '7' || digits from number_form order by digits limit 100").fetchall()
    (found, _), refused = _look(connection, _figures(20_000) + [text for (text,) in own])
    assert refused == [("nhs_number", "core.t.c", found)]
    assert connection.execute("select count(*) from leak").fetchall() == [(0,)]


def test_one_among_figures_that_are_nobodys_refuses(connection: duckdb.DuckDBPyConnection) -> None:
    """As close as numbers stand where 2.4 million are held, there is nothing by chance to take it for."""
    connection.execute(
        "delete from number_form where rowid >= 10000; update number_density set share = 0.001"
    )
    own = connection.execute("select '7' || digits || '1' from number_form limit 1").fetchall()[0][0]
    _, refused = _look(connection, [own, *(f"75{n:09}" for n in range(5_000))])
    assert refused == [("nhs_number", "core.t.c", 1)]
