"""An identifier copied into any column of any product is found, and the column is named.

Every column of the real products of a small night: one scan of a copy in which each column of texts or long
numbers holds somebody's name and number, and one in which each holds a home postcode or people's birth dates.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from expectations.product_relations import SCHEMAS
from expectations.products import check_open_product, check_product
from expectations.published import leaks
from expectations.published.contract import ONLY_IN
from pipeline.identity import scan_for_leaks
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from pipeline.settings import OPEN_PRODUCT, PRODUCTS
from tests.product_fixture import context

TEXT, NUMBER, DATE = ("VARCHAR",), ("BIGINT", "DOUBLE"), ("DATE", "TIMESTAMP")
Columns = list[tuple[str, str, str, str]]


def columns_of(connection: duckdb.DuckDBPyConnection) -> Columns:
    return connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where not internal and list_contains(?, schema_name) order by all", [[*SCHEMAS, "open"]],
    ).fetchall()  # fmt: skip


def somebody(small_night) -> tuple[str, str, str, str]:
    """NHS number, family and given name, and home postcode of people of the index."""
    with open_vault(small_night.settings, load_keys(small_night.settings), read_only=True) as connection:
        number, family, given, postcode = connection.execute(
            "select nhs_number, family_folded, given_folded, replace(postcode, ' ', '') from vault.record "
            "where length(given_folded) > 2 and length(family_folded) > 2 and postcode is not null "
            "and nhs_number is not null order by all limit 1"
        ).fetchall()[0]
    return number, family, given, f"{postcode[:-3]} {postcode[-3:]}"


def births(small_night, product: str) -> list[tuple[str, str]]:
    """Each person of the product by pseudonym, with their birth date, for whoever plants it."""
    keys = load_keys(small_night.settings)
    with (
        open_vault(small_night.settings, keys, read_only=True) as connection,
        keyed(connection, keys.key(f"product:{product}")),
    ):
        return connection.execute(
            "select keyed_hash('person|v1|' || person_id), birth_date::varchar from vault.person "
            "where birth_date is not null"
        ).fetchall()


@pytest.fixture(params=[*PRODUCTS, OPEN_PRODUCT], scope="module")
def planted(
    request: pytest.FixtureRequest, small_night, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path, Columns]]:
    """A product's name, a copy of what is served of it, and its columns; of the second product about people
    those of its own tables, since the first has all others."""
    folder = tmp_path_factory.mktemp(f"columns-{request.param}")
    copy = Path(shutil.copy(small_night.product(request.param).resolve(), folder / "product.duckdb"))
    copy.chmod(0o644)
    with duckdb.connect(str(copy)) as connection:
        columns = columns_of(connection)
    if request.param == PRODUCTS[1]:
        columns = [row for row in columns if f"{row[0]}.{row[1]}" in ONLY_IN]
    yield request.param, copy, columns
    shutil.rmtree(folder)


def test_both_products_about_people_have_the_same_columns_but_for_tables_of_one(small_night) -> None:
    """So that what is shown of the shared ones in the first holds for the other."""
    found = []
    for product in PRODUCTS:
        with duckdb.connect(str(small_night.product(product)), read_only=True) as connection:
            found.append(columns_of(connection))
    shared = [[row for row in columns if f"{row[0]}.{row[1]}" not in ONLY_IN] for columns in found]
    assert shared[0] == shared[1]
    assert len(shared[0]) > 300
    for product, columns in zip(PRODUCTS, found, strict=True):
        own = {f"{row[0]}.{row[1]}" for row in columns} & set(ONLY_IN)
        assert own == {table for table, only in ONLY_IN.items() if only == product}


def _fill_empty_tables(connection: duckdb.DuckDBPyConnection, columns: Columns) -> None:
    """A table without a row could not hold anything: it is given one."""
    for schema, table in {(schema, table) for schema, table, *_ in columns}:
        if not connection.execute(f'from {schema}."{table}" limit 1').fetchone():
            connection.execute(f'insert into {schema}."{table}" default values')


def _found(small_night, product: str, database: Path) -> dict[str, set[str]]:
    """Kind of identifier -> the columns that the look of the identity room names."""
    found: dict[str, set[str]] = {}
    for row in scan_for_leaks(small_night.settings, product, database).to_pylist():
        if row["values_found"]:
            found.setdefault(row["kind"], set()).add(row["place"])
    return found


def _put(database: Path, columns: Columns, able: Columns, text: str, number: str = "") -> set[str]:
    """One value into one row of each column of ``able``; returns their places."""
    with duckdb.connect(str(database)) as connection:
        _fill_empty_tables(connection, columns)
        for schema, table in dict.fromkeys(row[:2] for row in able):
            here = [row for row in able if row[:2] == (schema, table)]
            connection.execute(
                f'update {schema}."{table}" set ' + ", ".join(f'"{column}" = ?' for _, _, column, _ in here)
                + f' where rowid = (select min(rowid) from {schema}."{table}")',
                [text if kind in TEXT else number for *_, kind in here],
            )  # fmt: skip
    return {f"{schema}.{table}.{column}" for schema, table, column, _ in able}


def test_a_number_and_a_name_in_any_column_are_found(small_night, planted: tuple[str, Path, Columns]) -> None:
    product, database, columns = planted
    number, family, given, _ = somebody(small_night)
    texts = [row for row in columns if row[3] in TEXT]
    numbers = [row for row in columns if row[3] in NUMBER]
    written = f"{family.title()}, {given.title()}: {number[:3]} {number[3:6]} {number[6:]}"
    everywhere = _put(database, columns, texts + numbers, written, number)
    assert len(everywhere) > (200 if product == PRODUCTS[0] else 15)
    found = _found(small_night, product, database)
    assert found["nhs_number"] == everywhere
    assert found["name"] >= {f"{schema}.{table}.{column}" for schema, table, column, _ in texts}
    # And by whoever does not know which numbers there are, a number being one that checks.
    with duckdb.connect() as connection:
        if product == OPEN_PRODUCT:
            results = check_open_product(connection, database, suites=(leaks.SUITE,))
        else:
            results = check_product(connection, database, context(database), suites=(leaks.SUITE,))
    (result,) = [each for each in results if each.rule_id == "no_nhs_number"]
    assert (result.rows_failed, result.refuses) == (len(everywhere), True)


def test_a_postcode_in_any_text_and_birth_dates_in_any_column_of_days_are_found(
    small_night, planted: tuple[str, Path, Columns]
) -> None:
    product, database, columns = planted
    *_, postcode = somebody(small_night)
    homes = _put(
        database, columns, [row for row in columns if row[3] in TEXT and row[2] != "person_key"], postcode
    )
    born = _plant_births(small_night, product, database, columns)
    found = _found(small_night, product, database)
    assert found["postcode"] >= homes
    if product != PRODUCTS[0]:  # where there is no person there is nobody whose own birth date it is
        assert not [column for *_, column, _ in columns if column.endswith("_key")]
    else:
        assert len(born) > 20
        assert found["own_birth_date"] >= born


def _plant_births(small_night, product: str, database: Path, columns: Columns) -> set[str]:
    """Everybody's own birth date into every column of days; returns the places of five people and more."""
    with_person = {(schema, table) for schema, table, column, _ in columns if column == "person_key"}
    able = [row for row in columns if row[:2] in with_person and row[3] in DATE]
    enough = set()
    with duckdb.connect(str(database)) as connection:
        connection.execute("create temp table born (person_key varchar, birth_date date)")
        if product != OPEN_PRODUCT:
            connection.executemany("insert into born values (?, ?)", births(small_night, product))
        for schema, table, column, _ in able:
            relation = f'{schema}."{table}"'
            connection.execute(
                f'update {relation} as t set "{column}" = born.birth_date from born '
                "where born.person_key = t.person_key"
            )
            held = f"select count(distinct person_key) from {relation} semi join born using (person_key)"
            if connection.execute(held).fetchall()[0][0] >= 5:
                enough.add(f"{schema}.{table}.{column}")
    return enough
