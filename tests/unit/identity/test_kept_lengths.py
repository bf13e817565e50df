"""What a database has counted of its texts is never less than what stands there, or it is not known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipeline.identity.kept_lengths import kept_lengths


@pytest.fixture
def product(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{tmp_path / 'a.duckdb'}' as product")
        connection.execute("create table product.said as select 'short' as plain, 'é' as wide, '' as told")
        yield connection


def _read_again(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    connection.execute("detach product")
    connection.execute(f"attach '{tmp_path / 'a.duckdb'}' as product (read_only)")


def test_it_is_counted_in_bytes(product: duckdb.DuckDBPyConnection) -> None:
    assert kept_lengths(product, "product.said", ["plain", "wide", "told"]) == {
        "plain": 5, "wide": 2, "told": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        "update product.said set told = repeat('a', 64)",
        "insert into product.said (told) values (null), (repeat('a', 64)), ('Max String Length: 3]')",
        "insert into product.said (told) from (select case when i = 199999 then repeat('a', 64) end "
        "from range(200000) as r(i))",
    ],
)
def test_what_comes_later_counts(product: duckdb.DuckDBPyConnection, tmp_path: Path, change: str) -> None:
    product.execute(change)
    assert kept_lengths(product, "product.said", ["told"]) == {"told": 64}
    _read_again(product, tmp_path)
    assert kept_lengths(product, "product.said", ["told"]) == {"told": 64}


def test_of_an_empty_table_no_text_is_long(product: duckdb.DuckDBPyConnection) -> None:
    product.execute("create table product.none (told varchar)")
    assert kept_lengths(product, "product.none", ["told"]) == {"told": 0}


def test_of_what_is_worked_out_or_lies_in_a_file_it_is_not_known(
    product: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    product.execute("create view product.seen as select told || repeat('a', 64) as told from product.said")
    product.execute(f"copy product.said to '{tmp_path / 'said.parquet'}'")
    assert kept_lengths(product, "product.seen", ["told"]) == {}
    assert kept_lengths(product, f"read_parquet('{tmp_path / 'said.parquet'}')", ["told"]) == {}
