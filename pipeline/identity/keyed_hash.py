"""HMAC-SHA256 (RFC 2104) as DuckDB SQL, so that millions of values are hashed without a Python loop.

The two padded keys are set as variables through bound parameters: a key is in no query text, and
so in no log, profile or error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from duckdb import DuckDBPyConnection

_BLOCK = 64  # bytes of a SHA-256 block
_INNER, _OUTER = "hmac_inner_key", "hmac_outer_key"
_MACRO = f"""
create or replace temp macro keyed_hash(message) as
    sha256(getvariable('{_OUTER}') || unhex(sha256(getvariable('{_INNER}') || encode(message))));
"""


@contextmanager
def keyed(connection: DuckDBPyConnection, key: bytes) -> Iterator[None]:
    """Within the block, ``keyed_hash(message)`` is the lower-case hex HMAC of a VARCHAR under ``key``."""
    padded = key.ljust(_BLOCK, b"\0")
    connection.execute(f"set variable {_INNER} = ?", [bytes(byte ^ 0x36 for byte in padded)])
    connection.execute(f"set variable {_OUTER} = ?", [bytes(byte ^ 0x5C for byte in padded)])
    connection.execute(_MACRO)
    try:
        yield
    finally:
        connection.execute(f"reset variable {_INNER}")
        connection.execute(f"reset variable {_OUTER}")
