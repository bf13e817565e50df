"""The client of NHS England's own library, with the account's certificate and secrets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipeline.errors import SetupError
from pipeline.mesh.account import Account

_LIBRARY_RETRIES = 3


@contextmanager
def open_client(account: Account, *, retries: int = _LIBRARY_RETRIES) -> Iterator[Any]:
    """A ``mesh_client.MeshClient`` of the account, not yet greeted; the library itself tries ``retries``
    times."""
    try:
        from mesh_client import MeshClient
    except ImportError:
        raise SetupError("MESH needs the package mesh-client, which is not installed") from None
    try:
        client: Any = _made(MeshClient, account, retries)
    except (OSError, ValueError) as error:
        raise SetupError(
            f"the MESH certificate, its key or its authority cannot be used ({type(error).__name__})"
        ) from None
    try:
        yield client
    finally:
        client.close()


def _made(library: Any, account: Account, retries: int) -> Any:
    return library(  # it has no types
        account.url,
        account.mailbox,
        account.password,
        shared_key=account.shared_key.encode(),
        cert=account.certificate,
        verify=account.authority,
        timeout=300,
        max_retries=retries,
        application_name="wsic",
    )
