"""What was asked before, from the audit log: today's amounts, and emergencies that nobody reviewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline import clock
from pipeline.audit_log import Entry
from pipeline.reidentify.names import folded
from pipeline.reidentify.refusal import RequestRefusedError
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlass:
    """One claim of an emergency; ``finding`` is empty until it was reviewed."""

    request_id: str
    at: str
    requester: str
    account: str
    organisation: str
    reason: str
    keys: int
    case: str = ""
    finding: str = ""
    reviewed_by: str = ""


def asked_today(entries: Sequence[Entry], requester: str) -> int:
    """Pseudonyms that the requester asked about on this day (London's), in requests that were not refused."""
    today = clock.today()
    refused = {entry.details["request_id"] for entry in entries if entry.act == "reidentify_refused"}
    return sum(
        int(entry.details["keys"])
        for entry in entries
        if entry.act == "reidentify_asked"
        and clock.day(datetime.fromisoformat(entry.at)) == today
        and folded(str(entry.details["requester"])) == folded(requester)
        and entry.details["request_id"] not in refused
    )


def break_glasses(entries: Sequence[Entry]) -> list[BreakGlass]:
    """Every claim, the oldest first, with what its review found."""
    reviews = {
        entry.details["request_id"]: (str(entry.details["finding"]), entry.actor)
        for entry in entries
        if entry.act == "break_glass_reviewed"
    }
    return [_claim(entry, *reviews.get(entry.details["request_id"], ("", ""))) for entry in entries
            if entry.act == "break_glass"]  # fmt: skip


def require_reviewed(entries: Sequence[Entry], requester: str, settings: Settings) -> None:
    """Whoever has an emergency that nobody reviewed in time may claim no other."""
    latest = clock.moment() - timedelta(days=settings.break_glass_review_days)
    late = [
        one.request_id
        for one in break_glasses(entries)
        if not one.finding
        and folded(one.requester) == folded(requester)
        and datetime.fromisoformat(one.at) < latest
    ]
    if late:
        raise RequestRefusedError(
            "review_overdue",
            f"break-glass {', '.join(late)} was not reviewed within {settings.break_glass_review_days} days; "
            "see `wsic reidentify review list`",
        )


def _claim(entry: Entry, finding: str, reviewed_by: str) -> BreakGlass:
    told = entry.details
    return BreakGlass(
        request_id=told["request_id"], at=entry.at, requester=told["requester"],
        account=str(told.get("account", entry.actor)),
        organisation=told["organisation"], reason=told["reason"], keys=told["keys"],
        case=str(told.get("case", "")),
        finding=finding, reviewed_by=reviewed_by,
    )  # fmt: skip
