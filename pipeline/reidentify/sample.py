"""The reviewers' sample: of the requests that were answered some are looked at by a listed reviewer.

The hash of an answer's entry in the audit log picks it, one in ``reidentify_review_one_in``: nobody can tell
beforehand whether a request will be picked, and nobody can change it afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.audit_log import Entry

REVIEWED = "request_reviewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """One answer that was picked; ``finding`` is empty until somebody looked at it."""

    request_id: str
    at: str
    requester: str
    account: str
    organisation: str
    purpose: str
    case: str
    reason: str
    given: int
    finding: str = ""
    reviewed_by: str = ""


def sampled(entries: Sequence[Entry], *, one_in: int) -> list[Sampled]:
    """Answers that were picked, the oldest first; emergencies are not among them, as each is reviewed."""
    asked = {entry.details["request_id"]: entry for entry in entries if entry.act == "reidentify_asked"}
    reviews = {entry.details["request_id"]: entry for entry in entries if entry.act == REVIEWED}
    return [
        _told(entry, asked.get(entry.details["request_id"], entry), reviews.get(entry.details["request_id"]))
        for entry in entries
        if entry.act == "reidentify_given"
        and not entry.details.get("is_break_glass")
        and int(entry.hash, 16) % one_in == 0
    ]


def _told(given: Entry, asked: Entry, review: Entry | None) -> Sampled:
    return Sampled(
        request_id=given.details["request_id"], at=given.at, requester=given.details["requester"],
        account=str(given.details.get("account", given.actor)), organisation=given.details["organisation"],
        purpose=given.details["purpose"], case=str(asked.details.get("case", "")),
        reason=str(asked.details.get("reason", "")), given=given.details["given"],
        finding=str(review.details["finding"]) if review else "",
        reviewed_by=review.actor if review else "",
    )  # fmt: skip
