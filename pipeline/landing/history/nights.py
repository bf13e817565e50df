"""The nights that can be asked: what each left of every feed, and by what it was known.

A night of the ledger is known by its run; a day means the last night that was made by the end of it. Nights
that were loaded afterwards, so that none was made by then, go by the day that they were loaded for; one made
again after a later one is asked by its run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile

from pipeline import clock
from pipeline.errors import UsageError
from pipeline.landing.desk import day
from pipeline.landing.feeds import Feed
from pipeline.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """One run that built feeds: ``last`` is the number of its last build, ``built_at`` its time (UTC)."""

    run_id: str
    as_of: date
    built_at: str
    feeds: int
    last: int

    @property
    def made_on(self) -> date:
        """The day in London on which it was made."""
        return clock.day(datetime.fromisoformat(self.built_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedThen:
    """What stood of one feed: its extracts up to ``as_of``, of what was known up to ``known_seq``.

    ``code`` is the fingerprint of declarations and mappings that it was built by.
    """

    feed: Feed
    run_id: str
    as_of: date
    known_seq: int
    code: str


def list_nights(ledger: Ledger) -> list[Night]:
    """Every run that built a feed, in the order in which they were made."""
    rows = ledger.query(
        """select run_id, max(as_of) as as_of, max(built_at) as built_at, count(*) as feeds,
            max(build_seq) as last
        from feed_built group by run_id order by last"""
    )
    return [
        Night(
            run_id=row["run_id"],
            as_of=day(row["as_of"]),
            built_at=row["built_at"],
            feeds=row["feeds"],
            last=row["last"],
        )
        for row in rows
    ]


def find_night(ledger: Ledger, when: date | str) -> Night:
    """The night of a run's id, or what was known at the end of a day.

    Raises :class:`UsageError` for a run that built nothing, and for a day before the first night.
    """
    nights = list_nights(ledger)
    if isinstance(when, str):
        found = [night for night in nights if night.run_id == when]
    else:
        found = [night for night in nights if night.made_on <= when] or _loaded_for(nights, when)
    if not found:
        raise UsageError(
            f"nothing was known {'of run ' if isinstance(when, str) else 'on '}{when}; valid: a run of "
            "`wsic history list`, or a day from its first night on"
        )
    return found[-1]


def feeds_then(ledger: Ledger, night: Night) -> list[FeedThen]:
    """What stood of every feed when ``night`` had ended, in a stable order."""
    rows = ledger.query(
        """select b.* from feed_built b join (
            select max(build_seq) as build_seq from feed_built where build_seq <= ? group by source, sender
        ) using (build_seq) order by source, sender""",
        (night.last,),
    )
    return [
        FeedThen(
            feed=Feed(row["source"], row["sender"]),
            run_id=row["run_id"],
            as_of=day(row["as_of"]),
            known_seq=row["known_seq"],
            code=row["code"],
        )
        for row in rows
    ]


def _loaded_for(nights: list[Night], when: date) -> list[Night]:
    """Nights of days up to ``when`` that knew of no later day's night; that of the latest day comes last."""
    before = list(takewhile(lambda night: night.as_of <= when, nights))
    return sorted(before, key=lambda night: (night.as_of, night.last))
