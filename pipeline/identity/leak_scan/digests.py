"""Digests of the numbers that need no key, and the keys themselves, looked for among everything hash-like.

A digest is known by its first 32 hexadecimal digits, a shortened one by its first 16.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
from duckdb import DuckDBPyConnection

from pipeline.identity.kept_lengths import kept_lengths
from pipeline.identity.leak_scan.columns import Column, by_table, place_of
from pipeline.identity.leak_scan.number_digests import TAKEN_IN
from pipeline.keys.secret import Secret

_HERE = Path(__file__)
_HASH_DIGITS = 64  # hexadecimal digits of a SHA-256
_COMPARED = """
insert into leak select distinct digest.kind, place, text
from token inner join digest on digest.head = hash(left(word, 16))
where length(word) < 32 or digest.next = hash(word[17:32])
"""
_HASHES = """
insert into found
select digest.kind, place, count(distinct text) from ({texts})
inner join digest on head = hash(left(text, 16)) and next = hash(text[17:32])
group by all
"""
_OF_LENGTH = (
    "select {distinct} {place} as place, {text} as text from {relation} as p where strlen({text}) = 64"
)


def find_digests(connection: DuckDBPyConnection, keys: Iterable[Secret], hashes: list[Column]) -> None:
    """Adds to ``leak`` and ``found`` every text that is or holds a digest of a number, or a key.

    ``hashes`` are the columns that hold plain hexadecimal hashes of 64 digits, by far the most values of a
    product: they are compared as they stream by. Needs ``digest_of_number``, ``text_read``, ``wrapped_word``.
    """
    connection.execute(_HERE.with_name("digests.sql").read_text("utf-8"))
    tokens = connection.execute("select count(*) from token").fetchall()[0][0]
    if not tokens and not hashes:
        return
    _add_keys(connection, keys)
    connection.execute(_COMPARED)
    if hashes:
        connection.execute(_HASHES.format(texts=" union all ".join(map(_of_length, hashes))))


def _of_length(column: Column) -> str:
    """SELECT of place and text; each person's key once, as it stands in many rows."""
    return _OF_LENGTH.format(
        distinct="distinct" if column.is_of_people else "", place=place_of(column), text=column.text,
        relation=column.relation,
    )  # fmt: skip


def with_hashes(connection: DuckDBPyConnection, columns: list[Column]) -> list[Column]:
    """Those of the columns that may hold a text as long as a SHA-256.

    Where the database knows how long texts are at most, no row is read for it, nor where that is as long.
    """
    found: list[Column] = []
    for relation, here in by_table([column for column in columns if column.is_spoken]).items():
        known = kept_lengths(connection, relation, [c.name for c in here if c.kind == "VARCHAR"])
        found += [column for column in here if known.get(column.name) == _HASH_DIGITS]
        unsure = [column for column in here if known.get(column.name, _HASH_DIGITS + 1) > _HASH_DIGITS]
        if unsure:
            tests = ", ".join(f"bool_or(strlen({column.text}) = {_HASH_DIGITS})" for column in unsure)
            answers = connection.execute(f"select {tests} from {relation} as p").fetchall()[0]
            found += [column for column, has_one in zip(unsure, answers, strict=True) if has_one]
    return found


def _add_keys(connection: DuckDBPyConnection, keys: Iterable[Secret]) -> None:
    """Every key, that of a rotation under way among them.

    They come in as a relation: a bound value would be a constant to the planner, and stand in its plans.
    """
    connection.register("given_key", pa.table({"key": [bytes(secret) for secret in keys]}))
    words = "select lower(hex(key)) as word from given_key"
    connection.execute(TAKEN_IN.format(table="digest", kind="key", words=words))
    connection.unregister("given_key")
