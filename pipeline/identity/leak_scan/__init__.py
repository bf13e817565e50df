"""Looks in a product for what only the identity room can know: the numbers, names and dates of its people.

The expectations on a product know what an identifier looks like; this knows which ones there are.
Values of the product come in, counts by column go out, and nothing else does: kind of leak, place
(table and column), values looked at, values found. The comparing is done inside the vault's own
connection, so that no clear value leaves it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pyarrow as pa
from duckdb import DuckDBPyConnection

from pipeline.duck import identifier, literal, values_hidden
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.leak_scan.chance import stands_out, weigh
from pipeline.identity.leak_scan.columns import Column, columns_of, place_of
from pipeline.identity.leak_scan.digests import find_digests, with_hashes
from pipeline.identity.leak_scan.number_digests import find_number_digests
from pipeline.identity.leak_scan.own_dates import find_own_dates
from pipeline.identity.standardise import define_macros
from pipeline.identity.vault import open_vault
from pipeline.keys import KeyRing, derivable, load_keys
from pipeline.settings import OPEN_PRODUCT, Settings

_HERE = Path(__file__).parent
# A hash that is written as ours are: such values are compared as digests, and not read.
_HASH = "(strlen({0}) = 64 and regexp_full_match({0}, '[0-9a-f]+'))"
_LOOKED_AT = """
create or replace temp table looked_at as select (select count(*) from said) + {0} as values_checked
"""


def scan_for_leaks(
    settings: Settings, product: str, database: Path, *, keys: KeyRing | None = None
) -> pa.Table:
    """Counts by kind and column: kind, place, values_checked, values_found; a row for every kind of leak, and
    one of kind ``keys_only`` for every column in which nothing stands but hashes written as ours are.

    ``database`` is the warehouse or the new version of ``product``, read only; ``keys`` the ring that its
    pseudonyms were made with, by default the deployment's. Needs the vault;
    raises :class:`SetupError` without it.
    """
    keys = keys or load_keys(settings)
    with open_vault(settings, keys, read_only=True) as connection, values_hidden("scanning for leaks"):
        define_macros(connection)
        connection.execute(f"attach {literal(database)} as product (read_only)")
        columns = columns_of(connection)
        hashes = with_hashes(connection, columns)
        _run(connection, "needles")
        _read_texts(connection, columns, hashes)
        find_number_digests(connection, settings, keys)
        find_digests(connection, derivable(settings), hashes)
        _run(connection, "numbers")
        _run(connection, "words")
        weigh(connection, stands_out)
        if product != OPEN_PRODUCT:
            with keyed(connection, keys.key(f"product:{product}")):
                find_own_dates(connection, columns)
        return connection.execute((_HERE / "counts.sql").read_text("utf-8")).to_arrow_table()


def _run(connection: DuckDBPyConnection, name: str) -> None:
    connection.execute((_HERE / f"{name}.sql").read_text("utf-8"))


def _read_texts(connection: DuckDBPyConnection, columns: Iterable[Column], hashes: list[Column]) -> None:
    """Tables ``said``, ``spoken``, ``looked_at``: distinct texts that could hold an identifier, by place."""
    plain, folded = _digits_of_all_scripts()
    connection.execute(
        "create or replace temp macro digits_plain(text) as "
        f"if(strlen(text) = length(text), text, translate(text, {literal(folded)}, {literal(plain)}))"
    )
    selects = [_texts_of(column, column in hashes) for column in columns if column.text]
    connection.execute("create or replace temp table said as " + " union all ".join(selects))
    _tell_of_keys(connection, hashes)
    _run(connection, "spoken")
    rows = " + ".join(f"(select count({c.value}) from {c.relation} as p)" for c in hashes) or "0"
    connection.execute(_LOOKED_AT.format(rows))


def _texts_of(column: Column, has_hashes: bool) -> str:
    """SELECT of place and text: the different texts of a column that are no hashes."""
    relation = f"{column.relation} as p"
    if has_hashes and column.is_of_people:
        # Each once, and then held against a pattern: of a plain distinct the engine tries every row first.
        name = identifier(column.name)
        relation = (
            f"(select any_value({column.value}) as {name} from {relation} group by {column.value}) as p"
        )
    no_hash = f" and not {_HASH.format(column.text)}" if has_hashes else ""
    return (
        f"select distinct {place_of(column)} as place, {column.text} as text from {relation} "
        f"where {column.text} is not null{no_hash}"
    )


def _tell_of_keys(connection: DuckDBPyConnection, hashes: list[Column]) -> None:
    """Table ``keys_only`` (place): columns in which nothing stands but hashes written as ours are."""
    connection.execute("create or replace temp table keys_only (place varchar)")
    for column in hashes:
        connection.execute(
            f"insert into keys_only select {place_of(column)} "
            f"where {place_of(column)} not in (select place from said)"
        )


@cache
def _digits_of_all_scripts() -> tuple[str, str]:
    """0 to 9 for every character that stands for one of them, and those characters."""
    others = [
        (str(value), chr(code))
        for code in range(128, 0x110000)
        if (value := unicodedata.digit(chr(code), None)) is not None
    ]
    return "".join(plain for plain, _ in others), "".join(other for _, other in others)
