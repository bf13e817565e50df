"""Giving a subject their own report: logged under the HMAC that stands for them, before it is written."""

from __future__ import annotations

import secrets
from pathlib import Path

from pipeline import audit_log
from pipeline.identity.reidentify import read_number, subject_report
from pipeline.ledger import Ledger
from pipeline.reidentify.ask import require_private
from pipeline.settings import Settings


def report_to_subject(
    settings: Settings,
    ledger: Ledger,
    *,
    number_file: Path,
    out: Path,
    by: str | None = None,
    reason: str = "",
) -> int:
    """Write the report of the person whose number is in ``number_file`` (``-``: stdin); returns the records.

    Raises :class:`UsageError` where that is no NHS number, :class:`SetupError` where nothing was linked or
    the log cannot be written.
    """
    require_private(settings, out)
    audit_log.require_intact(settings)
    report = subject_report(settings, ledger, read_number(number_file))
    told: dict[str, str | int | bool | list[str]] = {"request_id": f"r-{secrets.token_hex(6)}"}
    if report.subjects:
        told["subjects"] = list(report.subjects)
    if reason:
        told["reason"] = reason
    with audit_log.acting(settings, act="subject_report", actor=by, details=told):
        report.write(out)
    return report.records
