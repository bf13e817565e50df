"""Digests without a key of the numbers and home postcodes of the index, worked out once for every product.

They rest on the vault and on this code alone, so they are kept, encrypted as the vault is, until one of the
two changes. The numbers are hashed as they may be written: in one, and in three groups with spaces or
hyphens, with or without the end of a line; postcodes with a blank or none.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
from duckdb import DuckDBPyConnection

from pipeline.file_state import state_of
from pipeline.identity.kept import attach, is_kept, keep
from pipeline.identity.vault import vault_path
from pipeline.keys import KeyRing
from pipeline.settings import Settings
from pipeline.zones import Zones

_HERE = Path(__file__)
_SQL = _HERE.with_name("number_digests.sql")
_TABLE = "digest_of_number"
_BY_DUCKDB = ("md5", "sha1", "sha256")
# What DuckDB has no function for. Numbers are hashed here, never rows of a product.
_BY_HAND = (
    hashlib.sha224,
    hashlib.sha384,
    hashlib.sha512,
    hashlib.sha3_256,
    hashlib.sha3_512,
    hashlib.blake2b,
)
_BATCH = 100_000  # numbers at a time
TAKEN_IN = "insert into {table} select '{kind}', hash(left(word, 16)), hash(word[17:32]) from ({words})"
"""Takes hexadecimal words in: ``words`` is a SELECT of word."""


def find_number_digests(connection: DuckDBPyConnection, settings: Settings, keys: KeyRing) -> None:
    """Build ``digest_of_number`` (kind, head, next) on a connection with the vault, ``number_form``
    and ``home_postcode``."""
    vault = vault_path(settings)
    code = [_HERE, *sorted(_HERE.parent.glob("*.sql"))]
    state = state_of(["digests of numbers"], [vault, vault.with_name(f"{vault.name}.wal"), *code])
    path = Zones(settings.home).identity / "leak_scan" / "digests.duckdb"
    if not is_kept(settings, keys, path, state):
        _hash_all(connection)
        keep(connection, keys, path, state, [_TABLE])
        connection.execute(f"drop table temp.{_TABLE}")
    attach(connection, keys, path, "digests")
    connection.execute(f"create or replace temp view {_TABLE} as from digests.{_TABLE}")


def _hash_all(connection: DuckDBPyConnection) -> None:
    connection.execute(_SQL.read_text("utf-8"))
    for function in _BY_DUCKDB:
        _take_in(connection, f"select {function}(text) as word from number_written")
        _take_in(connection, f"select {function}(text) as word from postcode_written", kind="postcode")
    written = connection.execute("select text from number_written").to_arrow_table()
    for batch in written.to_batches(max_chunksize=_BATCH):
        texts = [text.encode() for text in batch.column(0).to_pylist()]
        for hashed in _BY_HAND:
            halves = pa.array([hashed(text).digest()[:16] for text in texts], pa.binary())
            connection.register("hashed", pa.table({"half": halves}))
            _take_in(connection, "select lower(hex(half)) as word from hashed")
            connection.unregister("hashed")


def _take_in(connection: DuckDBPyConnection, words: str, *, kind: str = "hashed_number") -> None:
    connection.execute(TAKEN_IN.format(table=_TABLE, kind=kind, words=words))
