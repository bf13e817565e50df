"""The review of emergencies: every break-glass stays open until somebody else has looked at it."""

from __future__ import annotations

from pipeline import audit_log
from pipeline.errors import UsageError, one_of
from pipeline.reidentify.history import BreakGlass, break_glasses
from pipeline.settings import Settings

FINDINGS = ("justified", "unjustified", "mistake")

__all__ = ["FINDINGS", "BreakGlass", "close_review", "list_reviews"]


def list_reviews(settings: Settings, *, closed_too: bool = False) -> list[BreakGlass]:
    """Claims of an emergency that wait for their review, or all of them; the oldest first."""
    found = break_glasses(list(audit_log.entries(settings)))
    return [one for one in found if closed_too or not one.finding]


def close_review(settings: Settings, request_id: str, *, by: str, finding: str, reason: str = "") -> None:
    """Write what the review found; raises :class:`UsageError` for a claim that is not open, or one's own.

    ``by`` is the Caldicott Guardian, or whom they appointed: never who claimed the emergency.
    """
    if finding not in FINDINGS:
        raise UsageError(one_of("finding", finding, FINDINGS))
    claims = {one.request_id: one for one in list_reviews(settings)}
    if request_id not in claims:
        raise UsageError(
            "that break-glass waits for no review; waiting: " + (", ".join(sorted(claims)) or "none")
        )
    if " ".join(by.split()).casefold() == claims[request_id].requester.casefold():
        raise UsageError("nobody reviews their own break-glass; valid: --by somebody else")
    told: dict[str, str | int | bool | list[str]] = {"request_id": request_id, "finding": finding}
    if reason:
        told["reason"] = reason
    audit_log.append(settings, act="break_glass_reviewed", actor=by, details=told)
