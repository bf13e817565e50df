"""A session with one server: certificates, key and tokens, from the names that the operator gave."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from connectors.fhir.bulk import (
    BackendServices,
    Clock,
    Exchange,
    Patience,
    Reach,
    Registration,
    SigningKey,
    key_set,
    load_key,
    open_client,
)
from pipeline.fetch.bulk.servers import OPEN, Server
from pipeline.fetch.place import ReadKey
from pipeline.settings import Settings


@contextmanager
def open_session(
    settings: Settings, server: Server, *, read_key: ReadKey, clock: Clock
) -> Iterator[Exchange]:
    """An exchange with the server that shows who we are; raises :class:`BulkError` kinds."""
    reach = Reach(
        base_url=server.url,
        file_hosts=frozenset(server.file_hosts),
        allow_plain=not settings.is_production,
    )
    patience = Patience(give_up_after=server.give_up_after_minutes * 60.0)
    with open_client(ca=server.ca, proxy=server.proxy) as client:
        exchange = Exchange(client=client, reach=reach, clock=clock, patience=patience)
        if server.authorisation == OPEN:
            yield exchange
            return
        registration = Registration(
            client_id=server.client_id,
            key=_key(server, server.key, read_key),
            scope=server.scope,
            token_url=server.token_url,
        )
        yield exchange.with_tokens(BackendServices(exchange, registration))


def public_keys(server: Server, *, read_key: ReadKey) -> dict[str, list[dict[str, Any]]]:
    """The JWK Set to register with the server: the key in use, and those named beside it."""
    return key_set(_key(server, name, read_key) for name in (server.key, *server.other_keys) if name)


def _key(server: Server, name: str, read_key: ReadKey) -> SigningKey:
    key_id = server.key_id if name == server.key else ""
    return load_key(read_key(name), name=f"keys/{name}", key_id=key_id)
