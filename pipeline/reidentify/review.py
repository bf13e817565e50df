"""Reviews by somebody else: of every break-glass, which stays open until then, and of a sample of answers."""

from __future__ import annotations

from pipeline import audit_log, clock
from pipeline.audit_log import operating_user
from pipeline.errors import UsageError, one_of
from pipeline.reidentify.history import BreakGlass, break_glasses
from pipeline.reidentify.names import folded
from pipeline.reidentify.refusal import RequestRefusedError
from pipeline.reidentify.requesters import Listed, load_listed, require_reviewer
from pipeline.reidentify.sample import REVIEWED, Sampled, sampled
from pipeline.settings import Settings

FINDINGS = ("justified", "unjustified", "mistake")

__all__ = ["FINDINGS", "BreakGlass", "Sampled", "close_review", "list_reviews", "list_sample"]


def list_reviews(settings: Settings, *, closed_too: bool = False) -> list[BreakGlass]:
    """Claims of an emergency that wait for their review, or all of them; the oldest first."""
    found = break_glasses(list(audit_log.entries(settings)))
    return [one for one in found if closed_too or not one.finding]


def list_sample(settings: Settings, *, closed_too: bool = False) -> list[Sampled]:
    """Answers that were picked for the reviewers and wait for a look, or all picked; the oldest first."""
    found = sampled(list(audit_log.entries(settings)), one_in=settings.reidentify_review_one_in)
    return [one for one in found if closed_too or not one.finding]


def close_review(settings: Settings, request_id: str, *, by: str, finding: str, reason: str = "") -> None:
    """Write what the review found, under the name that the file of requesters has of the reviewer.

    ``by`` is the Caldicott Guardian, or whom they appointed: listed as a reviewer, acting from the account
    that is listed with them, and neither in name nor in account who claimed the emergency. Raises
    :class:`UsageError` for a claim that is not open, :class:`RequestRefusedError` for who may not review it,
    :class:`SetupError` where the file is not right, :class:`ChecksRefusedError` where the log does not hold.
    """
    audit_log.require_intact(settings)
    if finding not in FINDINGS:
        raise UsageError(one_of("finding", finding, FINDINGS))
    claims: dict[str, BreakGlass | Sampled] = {one.request_id: one for one in list_reviews(settings)}
    claims |= {one.request_id: one for one in list_sample(settings)}
    if request_id not in claims:
        raise UsageError(
            "that request waits for no review; waiting: " + (", ".join(sorted(claims)) or "none")
        )
    listed, account = load_listed(settings), operating_user()
    _require_another(listed, claims[request_id], by=by, account=account)
    reviewer = require_reviewer(listed, by=by, account=account, today=clock.today())
    told: dict[str, str | int | bool | list[str]] = {"request_id": request_id, "finding": finding}
    if reason:
        told["reason"] = reason
    act = "break_glass_reviewed" if isinstance(claims[request_id], BreakGlass) else REVIEWED
    audit_log.append(settings, act=act, actor=reviewer.name, details=told)


def _require_another(listed: Listed, claim: BreakGlass | Sampled, *, by: str, account: str) -> None:
    """Neither the name that claimed nor its accounts: that of the claim, and those listed with the name."""
    own = {claim.account} | {
        one.account for one in listed.requesters if folded(one.name) == folded(claim.requester)
    }
    if account in own or folded(by) == folded(claim.requester):
        raise RequestRefusedError(
            "own_review", "nobody reviews their own request; valid: another person, from another account"
        )
