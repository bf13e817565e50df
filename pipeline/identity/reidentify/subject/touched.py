"""Who was given the person's number, or asked for all that is held: from the audit log."""

from __future__ import annotations

from typing import Any

from pipeline import audit_log
from pipeline.audit_log import Entry
from pipeline.settings import Settings


def reidentifications(settings: Settings, subjects: set[str]) -> list[dict[str, Any]]:
    """Every entry that names the person, with the reason that was given and what a review found."""
    entries = list(audit_log.entries(settings))
    reasons = _by_request(entries, "reidentify_asked", "reason")
    findings = _by_request(entries, "break_glass_reviewed", "finding")
    return [
        _row(entry, reasons, findings)
        for entry in entries
        if subjects & {*entry.details.get("subjects", ()), entry.details.get("subject", "")}
    ]


def _by_request(entries: list[Entry], act: str, detail: str) -> dict[str, str]:
    return {
        str(entry.details["request_id"]): str(entry.details.get(detail, ""))
        for entry in entries
        if entry.act == act
    }


def _row(entry: Entry, reasons: dict[str, str], findings: dict[str, str]) -> dict[str, Any]:
    request = str(entry.details.get("request_id", ""))
    return {
        "at": entry.at,
        "act": entry.act,
        "by": entry.details.get("requester", entry.actor),
        "organisation": entry.details.get("organisation", ""),
        "purpose": entry.details.get("purpose", ""),
        "reason": reasons.get(request) or entry.details.get("reason", ""),
        "is_break_glass": bool(entry.details.get("is_break_glass", False)),
        "review": findings.get(request, ""),
    }
