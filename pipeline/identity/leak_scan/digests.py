"""Digests of the numbers that need no key, and the keys themselves, looked for among everything hash-like.

A digest is known by its first 32 hexadecimal digits, a shortened one by its first 16. The numbers are hashed
as they may be written: in one, and in three groups with spaces or hyphens between them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
from duckdb import DuckDBPyConnection

from pipeline.identity.leak_scan.columns import Column, by_table, place_of
from pipeline.keys.secret import Secret

_HERE = Path(__file__)
# What DuckDB has no function for. Numbers are hashed here, never rows of a product.
_BY_HAND = (hashlib.sha224, hashlib.sha384, hashlib.sha512, hashlib.sha3_256)
_BATCH = 100_000  # numbers at a time
_TAKEN_IN = """
insert into digest select '{kind}', hash(left(word, 16)), hash(word[17:32])
from (select {word} as word from {of})
"""
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
    product: they are compared as they stream by. Needs ``number_form``, ``text_read``, ``wrapped_word``.
    """
    connection.execute(_HERE.with_name("digests.sql").read_text("utf-8"))
    tokens = connection.execute("select count(*) from token").fetchall()[0][0]
    if not tokens and not hashes:
        return
    for function in ("md5", "sha1", "sha256"):
        taken_in = _TAKEN_IN.format(kind="hashed_number", word=f"{function}(text)", of="number_written")
        connection.execute(taken_in)
    _hash_by_hand(connection)
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
    """Those of the columns that hold a text as long as a SHA-256; one pass a table."""
    found: list[Column] = []
    for relation, here in by_table([column for column in columns if column.is_spoken]).items():
        tests = ", ".join(f"bool_or(strlen({column.text}) = 64)" for column in here)
        answers = connection.execute(f"select {tests} from {relation} as p").fetchall()[0]
        found += [column for column, has_one in zip(here, answers, strict=True) if has_one]
    return found


def _hash_by_hand(connection: DuckDBPyConnection) -> None:
    written = connection.execute("select text from number_written").to_arrow_table()
    for batch in written.to_batches(max_chunksize=_BATCH):
        texts = [text.encode() for text in batch.column(0).to_pylist()]
        for function in _BY_HAND:
            halves = pa.array([function(text).digest()[:16] for text in texts], pa.binary())
            connection.register("hashed", pa.table({"half": halves}))
            connection.execute(_TAKEN_IN.format(kind="hashed_number", word="lower(hex(half))", of="hashed"))
            connection.unregister("hashed")


def _add_keys(connection: DuckDBPyConnection, keys: Iterable[Secret]) -> None:
    """Every key, that of a rotation under way among them.

    They come in as a relation: a bound value would be a constant to the planner, and stand in its plans.
    """
    connection.register("given_key", pa.table({"key": [bytes(secret) for secret in keys]}))
    connection.execute(_TAKEN_IN.format(kind="key", word="lower(hex(key))", of="given_key"))
    connection.unregister("given_key")
