"""Fetching from FHIR servers: as a step of the night, and as commands; keys are read here and handed on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from pipeline import fetch, keys
from pipeline.errors import InputRefusedError, WsicError
from pipeline.fetch import Fetched, Server
from pipeline.ledger import Ledger
from pipeline.run.opened import Run
from pipeline.run.step import recorded
from pipeline.settings import Settings
from pipeline.zones import Zones

_LONDON = ZoneInfo("Europe/London")
_MOST_AT_ONCE = 8  # servers; each is another organisation's machine


def fetch_all(run: Run) -> None:
    """Fetch from every server of the run's sources, side by side; one server's failure stops no other.

    A night of the past fetches nothing: what a server says today belongs to today. Raises the first failure
    once all have ended, and :class:`InputRefusedError` where an export lacks something.
    """
    servers = [
        server for server in fetch.load_servers(run.settings) if run.source in (None, server.source)
    ]  # fmt: skip
    if not servers or run.as_of < datetime.now(_LONDON).date():
        return
    with ThreadPoolExecutor(min(len(servers), _MOST_AT_ONCE), thread_name_prefix="server") as pool:
        begun = [pool.submit(_recorded, run, server) for server in servers]
    _raise_first(future.exception() for future in begun)


def fetch_from(
    settings: Settings,
    ledger: Ledger,
    server: Server,
    *,
    progress: Callable[[str], None] = lambda words: None,
) -> Fetched:
    """Fetch what one server has; raises as :func:`pipeline.fetch.fetch` does."""
    return fetch.fetch(settings, ledger, server, read_key=partial(_read_key, settings), progress=progress)


def check_server(settings: Settings, server: Server) -> None:
    """Whether the server lets us in; asks for no data."""
    fetch.check(settings, server, read_key=partial(_read_key, settings))


def public_keys(settings: Settings, server: Server) -> dict[str, list[dict[str, Any]]]:
    """The JWK Set to register with the server."""
    return fetch.public_keys(server, read_key=partial(_read_key, settings))


def _recorded(run: Run, server: Server) -> None:
    with recorded(run.ledger, run_id=run.run_id, step="fetch", subject=server.name):
        found = fetch_from(run.settings, run.ledger, server)
        if found.state != "complete":
            raise InputRefusedError(
                f"{server.name} ({server.feed}): export {found.job_id} lacks something; what came is landed, "
                f"and all of it is asked for again; `wsic fetch show {found.job_id}` says what"
            )


def _raise_first(errors: Iterable[BaseException | None]) -> None:
    for error in errors:
        if error is not None:
            raise error if isinstance(error, WsicError) else WsicError("fetching failed") from error


def _read_key(settings: Settings, name: str) -> bytes:
    return keys.read_file(Zones(settings.home).keys / name)
