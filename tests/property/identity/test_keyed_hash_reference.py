"""HMAC in SQL equals Python's, for any key and any text."""

import hashlib
import hmac

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.identity.keyed_hash import keyed

CONNECTION = duckdb.connect()
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.binary(min_size=32, max_size=32), st.lists(text, min_size=1, max_size=20))
@example(bytes(32), ["", "person|v1|", "Zoë Ó Briain", "x" * 300])
def test_equals_hmac_sha256(key: bytes, messages: list[str]) -> None:
    with keyed(CONNECTION, key):
        rows = CONNECTION.execute(
            "select keyed_hash(m) from (select unnest(?::varchar[]) as m)", [messages]
        ).fetchall()
    assert [row[0] for row in rows] == [
        hmac.new(key, message.encode(), hashlib.sha256).hexdigest() for message in messages
    ]


def test_the_key_is_gone_after_the_block() -> None:
    with keyed(CONNECTION, bytes(32)):
        pass
    with pytest.raises(duckdb.CatalogException, match="hmac_key does not exist"):
        CONNECTION.execute("select keyed_hash('anything')")
