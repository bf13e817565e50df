"""HMAC-SHA256 (RFC 2104) as DuckDB SQL, so that millions of values are hashed without a Python loop.

The two padded keys come in as bound parameters and lie in a temporary table of one row, from which the
hash reads them. In a variable they would be constants to the planner, which prints constants: EXPLAIN and
a query profile would show the key. So it is in no query text, plan, profile, log or error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from duckdb import DuckDBPyConnection

from pipeline.keys.secret import Secret

_BLOCK = 64  # bytes of a SHA-256 block
_TABLE = "temp.main.hmac_key"
_MACRO = f"""
create or replace temp macro keyed_hash(message) as
    sha256((select pad from {_TABLE}).outer_pad || unhex(
        sha256((select pad from {_TABLE}).inner_pad || encode(message))));
"""


@contextmanager
def keyed(connection: DuckDBPyConnection, key: bytes) -> Iterator[None]:
    """Within the block, ``keyed_hash(message)`` is the lower-case hex HMAC of a VARCHAR under ``key``."""
    padded = Secret(key.ljust(_BLOCK, b"\0"))
    connection.execute(
        f"create or replace temp table {_TABLE.rpartition('.')[2]} as "
        "select {'inner_pad': cast(? as blob), 'outer_pad': cast(? as blob)} as pad",
        [bytes(byte ^ 0x36 for byte in padded), bytes(byte ^ 0x5C for byte in padded)],
    )
    connection.execute(_MACRO)
    try:
        yield
    finally:
        connection.execute(f"drop table {_TABLE}")
