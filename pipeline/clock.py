"""The time of day, told in one place; what a rule calls today is the day that it is in London."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def moment() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The day that it is in London: the one on which an authorisation ends and a night's files are due."""
    return day(moment())


def day(at: datetime) -> date:
    """The day in London of a moment that knows its zone."""
    return at.astimezone(LONDON).date()


def now() -> str:
    """This moment, for a column of the ledger, e.g. ``2026-03-31T02:00:00+00:00``; whole seconds."""
    return moment().isoformat(timespec="seconds")
