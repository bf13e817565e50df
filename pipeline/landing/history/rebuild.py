"""Builds one feed's current rows and FHIR tables again as an earlier night left them, in another folder."""

from __future__ import annotations

from pathlib import Path

from pipeline.duck import literal
from pipeline.landing.build import derive
from pipeline.landing.desk import Desk, open_desk, put_in_place
from pipeline.landing.history.nights import FeedThen
from pipeline.landing.mapping import fingerprint
from pipeline.landing.scope import in_scope
from pipeline.landing.tables import count
from pipeline.ledger import Ledger
from pipeline.settings import Settings


def rebuild(settings: Settings, ledger: Ledger, then: FeedThen, target: Path) -> tuple[int, bool]:
    """Write ``then`` into ``target``: ``fhir/<ResourceType>/source=<s>/sender=<x>/data.parquet`` and
    ``current/<s>/<x>.parquet``, as the zones have them, readable by this user only.

    Returns the current rows, and whether today's declarations and mappings are those of that night: where
    not, the rows are those that were known then, said in today's words. Changes nothing of what stands.
    """
    feed = then.feed
    with open_desk(settings, ledger, f"history of {then.run_id}", feed) as desk:
        scope = in_scope(ledger, feed, then.as_of, known_seq=then.known_seq)
        types = derive(desk, scope)
        rows = count(desk.con, f"select count(*) from read_parquet({literal(desk.work / 'fates.parquet')})")
        for resource_type in types:
            place = target / "fhir" / resource_type / f"source={feed.source}" / f"sender={feed.sender}"
            _place(desk, f"{resource_type}.parquet", place / "data.parquet")
        _place(desk, "fates.parquet", target / "current" / feed.source / f"{feed.sender}.parquet")
    return rows, fingerprint(feed.source) == then.code


def _place(desk: Desk, name: str, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    put_in_place(desk.work / name, target)
