"""Every place that the operator's two files name, whatever its transport; and what was fetched from each
feed last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from pipeline.errors import SetupError, UsageError, one_of
from pipeline.fetch.bulk import BulkPlace, load_servers
from pipeline.fetch.feed_file import MESH, Feed, load_feeds
from pipeline.fetch.mesh import Inbox
from pipeline.fetch.place import Place
from pipeline.fetch.store import StorePlace
from pipeline.ledger import Ledger
from pipeline.settings import Settings

_NONE = "none is set up: docs/transports.md"


def load_places(settings: Settings) -> tuple[Place, ...]:
    """FHIR servers, mailboxes (one place each, however many feeds it has) and stores.

    Raises :class:`SetupError` where a file is not in form, or a name stands in both.
    """
    servers, feeds = load_servers(settings), load_feeds(settings)
    if both := {server.name for server in servers} & {feed.name for feed in feeds}:
        raise SetupError(
            f"{settings.feeds.name}: {min(both)} is a server of {settings.fhir_servers.name}, too; valid: "
            "names that no other feed has"
        )
    mailboxes: dict[str, list[Feed]] = defaultdict(list)
    for feed in feeds:
        if feed.transport == MESH:
            mailboxes[feed.mailbox or settings.mesh_mailbox].append(feed)
    return (
        *(BulkPlace(server) for server in servers),
        *(Inbox(mailbox, tuple(entries)) for mailbox, entries in mailboxes.items()),
        *(StorePlace(feed) for feed in feeds if feed.transport != MESH),
    )


def wanted(
    settings: Settings, *, source: str | None = None, name: str | None = None
) -> Iterator[tuple[Place, frozenset[str]]]:
    """Places with the names of their feeds that are wanted: of one source, or the one called ``name``.

    Raises :class:`UsageError` where nothing has that name.
    """
    places = load_places(settings)
    known = {feed.name for place in places for feed in place.feeds}
    if name is not None and name not in known:
        raise UsageError(one_of("feed", name, known or (_NONE,)))
    for place in places:
        names = frozenset(
            feed.name for feed in place.feeds if name in (None, feed.name) and source in (None, feed.source)
        )
        if names:
            yield place, names


def list_feeds(settings: Settings, ledger: Ledger) -> list[dict[str, Any]]:
    """Every feed that is fetched: whose it is, how, what came of it last, and what waits or was left."""
    rows = []
    for place in load_places(settings):
        for feed in place.feeds:
            (known,) = ledger.query(_KNOWN, {"name": feed.name})
            rows.append(
                {"name": feed.name, "source": feed.source, "sender": feed.sender,
                 "transport": place.transport, "place": place.name, **known}
            )  # fmt: skip
    return sorted(rows, key=lambda row: str(row["name"]))


_KNOWN = """
    with told as (
        select state in ('delivered', 'acknowledged', 'moved') as is_taken, changed_at,
            state in ('left', 'refused', 'waiting', 'gone') as is_left
        from fetched_file where feed = :name
        union all
        select f.state = 'fetched', j.changed_at, f.state = 'failed'
        from bulk_job as j join bulk_file as f using (job_id) where j.server = :name
    )
    select coalesce(sum(is_taken), 0) as files, coalesce(sum(is_left), 0) as left_there,
        max(iif(is_taken, changed_at, null)) as last_taken_at
    from told"""
