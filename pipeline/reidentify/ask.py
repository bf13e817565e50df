"""Asking: a request is logged, judged and answered; the answer is logged before it is out."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline import audit_log, clock
from pipeline.audit_log import Checkpoint, operating_user
from pipeline.errors import UsageError, WsicError
from pipeline.identity.reidentify import Found, key_ids, resolve
from pipeline.ledger import Ledger
from pipeline.reidentify import history, rules
from pipeline.reidentify.case import require_case
from pipeline.reidentify.refusal import RequestRefusedError
from pipeline.reidentify.request import Request
from pipeline.reidentify.requesters import load_listed, require_authorised
from pipeline.settings import Settings
from pipeline.zones import ZONES, Zones

Told = dict[str, str | int | bool | list[str]]
Hand = Callable[[Found], None]
"""How the numbers are handed out: the identity room's ``write`` or ``show``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Of so many pseudonyms so many people were given; why another was not, is never said.

    ``receipt`` is the signed head of the audit log with the answer in it, for who was answered to keep.
    """

    request_id: str
    given: int
    not_given: int
    older_keys_retired: bool
    receipt: Checkpoint


def reidentify(settings: Settings, ledger: Ledger, request: Request, hand: Hand) -> Answer:
    """Judge the request and hand out the numbers that it may have; every step is logged before it is done.

    Raises :class:`RequestRefusedError` where a rule refuses, :class:`ChecksRefusedError` where the audit log
    does not verify, :class:`SetupError` where it cannot be written or nobody is authorised.
    """
    audit_log.require_intact(settings)
    told: Told = {
        "request_id": f"r-{secrets.token_hex(6)}", "requester": request.requester,
        "organisation": request.organisation, "purpose": request.purpose,
    }  # fmt: skip
    audit_log.append(settings, act="reidentify_asked", details=told | _asked(request))
    try:
        _judge(settings, ledger, request)
    except WsicError as error:
        rule = error.rule if isinstance(error, RequestRefusedError) else "set_up"
        audit_log.append(settings, act="reidentify_refused", details=told | {"rule": rule})
        raise
    if request.is_break_glass:
        claim: Told = {
            "keys": len(request.person_keys), "reason": request.reason,
            "case": require_case(request.case, request.purpose),
        }  # fmt: skip
        audit_log.append(settings, act="break_glass", details=told | claim)
    return _answer(settings, request, told, hand)


def require_private(settings: Settings, path: Path) -> None:
    """Raise :class:`UsageError` for a file that would lie in one of the deployment's own zones."""
    home = Zones(settings.home).home
    if any(path.absolute().resolve().is_relative_to((home / zone).resolve()) for zone in ZONES):
        raise UsageError("--out lies in a zone of WSIC_HOME; valid: a folder of the requester's own")


def _asked(request: Request) -> Told:
    told: Told = {
        "product": request.product, "keys": len(request.person_keys), "as_of": request.as_of.isoformat(),
        "is_break_glass": request.is_break_glass,
    }  # fmt: skip
    try:
        told["case"] = require_case(request.case, request.purpose)
    except RequestRefusedError:
        pass  # what is no case is not written; the rule refuses it next
    try:
        return told | {"reason": audit_log.require_safe(request.reason, "--reason")}
    except UsageError:
        return told  # what may name a patient is not written; the rule refuses it next


def _judge(settings: Settings, ledger: Ledger, request: Request) -> None:
    entries, today = list(audit_log.entries(settings)), clock.today()
    rules.require_product_and_purpose(request)
    rules.require_reason(request)
    requesters = load_listed(settings).requesters
    require_authorised(requesters, request, account=operating_user(), today=today)
    asked = history.asked_today(entries, request.requester)
    rules.require_no_bulk(request, settings, asked_today=asked)
    rules.require_day(request, settings, served=_served(settings, ledger, request.product), today=today)
    rules.require_key_in_use(request, key_ids(settings, request.product))
    if request.is_break_glass:
        history.require_reviewed(entries, request.requester, settings)


def _answer(settings: Settings, request: Request, told: Told, hand: Hand) -> Answer:
    found = resolve(
        settings, request.person_keys, product=request.product, organisation=request.organisation,
        as_of=request.as_of, needs_relationship=not request.is_break_glass,
    )  # fmt: skip
    given: Told = {
        "given": found.given, "not_given": found.not_given, "subjects": list(found.subjects),
        "is_break_glass": request.is_break_glass,
    }  # fmt: skip
    with audit_log.acting(settings, act="reidentify_given", details=told | given) as entry:
        receipt = audit_log.checkpoint_of(settings, entry)
        hand(found)
    return Answer(
        request_id=str(told["request_id"]), given=found.given, not_given=found.not_given,
        older_keys_retired=bool(key_ids(settings, request.product).retired),
        receipt=receipt,
    )  # fmt: skip


def _served(settings: Settings, ledger: Ledger, product: str) -> date | None:
    """The night that the served version was made of."""
    current = Zones(settings.home).published(product) / "current.duckdb"
    if not current.exists():
        return None
    rows = ledger.query("select as_of from run where run_id = ?", (current.resolve().stem,))
    return date.fromisoformat(rows[0]["as_of"]) if rows else None
