"""What people do about objections between the nights: ask, decide, and read what a release says of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from pipeline import audit_log, identity
from pipeline.errors import UsageError
from pipeline.identity import Decision, Request, Subjects
from pipeline.ledger import Ledger
from pipeline.run import lock
from pipeline.run.answers import remove_answers
from pipeline.run.erasure import ACTS, withdraw_versions
from pipeline.run.opened import open_ledger
from pipeline.settings import PRODUCTS, Settings

# Reasons that come from what people said or decided, or from how a record is marked.
REASONS = (
    "deleted", "consent_withdrawn", "practice_not_sharing", "confidential", "test_patient",
    "legally_restricted", "type_1_objection", "national_opt_out", "opt_out_not_checkable",
)  # fmt: skip
_AUDITED = {
    "consent_withdrawn": "consent_withdrawn",
    "consent_given": "consent_withdrawn",
    "deleted": "person_deleted",
}


def ask(settings: Settings, *, asked_on: date, out: Path | None) -> Request:
    """Write a request to the national check under the lock; see :func:`pipeline.identity.write_request`."""
    ledger = open_ledger(settings)
    asking = audit_log.acting(settings, act="opt_out_requested")
    with lock.held(settings, ledger, doing="opt-out request"), asking:
        return identity.write_request(settings, ledger, asked_on=asked_on, out=out)


def decide(settings: Settings, *, act: str, subjects: Subjects, author: str, reason: str) -> Decision:
    """Keep a decision about people under the lock; versions that a rollback could bring back go at once, and
    every answer about an earlier night."""
    ledger = open_ledger(settings)
    told: dict[str, audit_log.Detail] = {"decision": act, "reason": reason}
    deciding = audit_log.acting(settings, act=_AUDITED[act], actor=author, details=told)
    with lock.held(settings, ledger, doing=f"decision {act}"), deciding:
        decision = identity.decide_subjects(
            settings, ledger, act=act, subjects=subjects, author=author, reason=reason
        )
        if act in ACTS:
            remove_answers(settings)
        for product in PRODUCTS:
            withdraw_versions(settings, ledger, product)
    return decision


def evidence(ledger: Ledger, *, release: str | None = None) -> list[dict[str, Any]]:
    """What each release says of objections: one row a run and product, of ``release`` only if given.

    Dates and hashes of the request and reply, people in and out, people and rows by reason, and whether the
    gates found anybody. Raises :class:`UsageError` for a release that made no product.
    """
    checks = ledger.query(
        "select c.*, p.outcome from objection_check as c left join publication as p using (run_id, product) "
        "where ? is null or run_id = ? order by run_id desc, product",
        (release, release),
    )
    if release and not checks:
        raise UsageError(f"run {release!r} made no product; `wsic publish list` shows those that did")
    return [{**check, **_withheld(ledger, check), **_gates(ledger, check)} for check in checks]


def _withheld(ledger: Ledger, check: dict[str, Any]) -> dict[str, Any]:
    rows = ledger.query(
        "select reason, people, rows from withheld where run_id = ? and product = ?",
        (check["run_id"], check["product"]),
    )
    found = {row["reason"]: {"people": row["people"], "rows": row["rows"]} for row in rows}
    return {"withheld": {reason: found.get(reason, {"people": 0, "rows": 0}) for reason in REASONS}}


def _gates(ledger: Ledger, check: dict[str, Any]) -> dict[str, Any]:
    rows = ledger.query(
        "select rule_id, rows_checked, rows_failed, is_passed from rule_result "
        "where run_id = ? and product = ? and suite = 'objections' order by rule_id",
        (check["run_id"], check["product"]),
    )
    return {"gates": {row["rule_id"]: {"looked_at": row["rows_checked"], "found": row["rows_failed"],
                                       "is_passed": bool(row["is_passed"])} for row in rows}}  # fmt: skip
