"""Giving a subject their own report: asked by who may, and logged under the HMAC that stands for them."""

from __future__ import annotations

import secrets
from pathlib import Path

from pipeline import audit_log, clock
from pipeline.audit_log import operating_user
from pipeline.errors import UsageError
from pipeline.identity.reidentify import read_number, subject_report
from pipeline.ledger import Ledger
from pipeline.reidentify.ask import require_private
from pipeline.reidentify.case import require_case
from pipeline.reidentify.refusal import RequestRefusedError
from pipeline.reidentify.requesters import SUBJECT_ACCESS, load_listed, require_subject_officer
from pipeline.reidentify.rules import require_words
from pipeline.settings import Settings

Told = dict[str, str | int | bool | list[str]]


def report_to_subject(
    settings: Settings, ledger: Ledger, *, number_file: Path, out: Path, by: str, case: str, reason: str
) -> int:
    """Write the report of the person whose number is in ``number_file`` (``-``: stdin); returns the records.

    ``by`` is listed with the purpose ``subject_access``, and acts from the account that is listed with them;
    ``case`` is the number of the subject's request. Raises :class:`RequestRefusedError` where they may not,
    :class:`UsageError` where that is no NHS number, :class:`SetupError` where nothing was linked, nobody is
    authorised or the log cannot be written.
    """
    require_private(settings, out)
    audit_log.require_intact(settings)
    told: Told = {"request_id": f"r-{secrets.token_hex(6)}"}
    try:
        told |= _allowed(settings, by=by, case=case, reason=reason)
    except RequestRefusedError as error:
        audit_log.append(
            settings, act="subject_report_refused", details=told | _named(by) | {"rule": error.rule}
        )
        raise
    report = subject_report(settings, ledger, read_number(number_file))
    if report.subjects:
        told["subjects"] = list(report.subjects)
    with audit_log.acting(settings, act="subject_report", actor=str(told["requester"]), details=told):
        report.write(out)
    return report.records


def _allowed(settings: Settings, *, by: str, case: str, reason: str) -> Told:
    case = require_case(case, SUBJECT_ACCESS)
    require_words(reason)
    listed, today = load_listed(settings), clock.today()
    officer = require_subject_officer(listed, by=by, account=operating_user(), today=today)
    return {"requester": officer.name, "case": case, "reason": reason}


def _named(by: str) -> Told:
    """Who asked, where that can be written: what may name a patient is not."""
    try:
        return {"requester": audit_log.require_safe(by, "--by")} if by.strip() else {}
    except UsageError:
        return {}
