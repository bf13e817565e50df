"""The acts that are logged, and the form of every detail: what is not declared here cannot be written.

A form is an allow-list: a pattern that the whole text must have, a count, a flag, or a list of texts. Only
``reason`` and ``name`` are typed by people, and those are scanned (:mod:`pipeline.audit_log.free_text`).
A person is only ever a ``subject``: an HMAC under the key ``audit-subject``, made in the identity room.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.audit_log.free_text import require_safe
from pipeline.errors import UsageError, one_of
from pipeline.settings import OPEN_PRODUCT, PRODUCTS

Detail = str | int | bool | list[str]

_LARGEST_COUNT = 999_999_999  # nine digits: a count can never be an NHS number
_MOST_LISTED = 1000
_HASH = r"[0-9a-f]{64}"
_RUN = r"[0-9]{8}-[0-9]{3,6}|[a-z]{1,9}-?[0-9]{0,6}"
_TEXTS: Mapping[str, str] = {
    "run": _RUN,
    "month": r"[0-9]{4}-[0-9]{2}",
    "day": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "product": "|".join((*PRODUCTS, OPEN_PRODUCT)),
    "hash": _HASH,
    "key_id": r"[0-9a-f]{16}",
    "version": r"v[0-9]{1,4}",
    "code_version": r"[0-9]+\.[0-9]+\.[0-9]+(?:\+[0-9a-z.\-]{1,40})?",
    "log_id": r"[0-9a-f]{32}",
    "request_id": r"r-[0-9a-f]{12}",
    "pair_id": r"[0-9a-f]{12}",
    "file_id": r"[0-9a-f]{16,64}",
    "case": r"(?=.{3,32}$)[A-Za-z][A-Za-z0-9]*(?:[-/][A-Za-z0-9]+)*",
    "organisation": r"[A-Z0-9]{3,9}",  # ODS code; ten digits would be an NHS number
    "account": r"[A-Za-z_][A-Za-z0-9_.@\\$-]{0,63}|uid [0-9]{1,9}",
    "word": r"[a-z][a-z_]{1,39}",  # of a declared list: purpose, verdict, outcome, rule
    "error": r"[A-Z][A-Za-z]{2,39}",  # the name of an exception's class
    "subject": _HASH,
}
_LISTS: Mapping[str, str] = {"runs": "run", "products": "product", "subjects": "subject"}
_SCANNED: Mapping[str, re.Pattern[str]] = {
    "reason": re.compile(r".{1,300}"),
    "name": re.compile(r"[^\W\d_][\w .,'@\-]{1,63}"),
}


@dataclass(frozen=True, slots=True)
class Act:
    """What an act must and may tell (detail -> form); ``is_sealed``: a signed checkpoint follows it."""

    meaning: str
    must: Mapping[str, str] = field(default_factory=dict)
    may: Mapping[str, str] = field(default_factory=dict)
    is_sealed: bool = False


_REQUEST = {
    "request_id": "request_id",
    "requester": "name",
    "organisation": "organisation",
    "purpose": "word",
}
_FILE = {"file_sha256": "hash"}
ACCOUNT = "account"
"""What every entry tells besides: the account that called, which nobody types; callers never give it."""

ACTS: Mapping[str, Act] = {
    "log_opened": Act(
        "The log began; after another one, with the head that this had",
        {"log_id": "log_id", "key_id": "key_id"},
        {"after_log": "log_id", "after_number": "count", "after_hash": "hash", "reason": "reason"},
        is_sealed=True,
    ),
    "copy_begun": Act(
        "From here on every entry is written elsewhere first; so many before it were copied",
        {"entries": "count"},
    ),
    "torn_line_set_aside": Act(
        "A crash had left half a line: it was kept aside in audit/torn", {"bytes": "count", **_FILE}
    ),
    "act_failed": Act("The act of an earlier entry did not succeed", {"entry": "count", "error": "error"}),
    "run_opened": Act("A run began", {"run_id": "run", "as_of": "day", "code_version": "code_version"}),
    "zones_protected": Act(
        "How the zones are protected as a run begins; what stood open to others was closed",
        {
            "run_id": "run", "encryption": "word", "closed": "count", "landlock": "count",
            "own_account": "flag",
        },
        {"evidence": "reason"},
    ),
    "run_ended": Act(
        "A run ended", {"run_id": "run", "outcome": "word", "products": "products"}, is_sealed=True
    ),
    "product_published": Act(
        "A version of a product is about to be served",
        {"run_id": "run", "product": "product", "tables": "count", "rows": "count", **_FILE},
        {
            "key_id": "key_id", "key_version": "version", "people": "count", "cells_sha256": "hash",
            "releases_lost": "runs",
        },
        is_sealed=True,
    ),
    "published_rolled_back": Act(
        "An earlier version is served again",
        {"product": "product", "to_run": "run"},
        {"from_run": "run", "reason": "reason"},
        is_sealed=True,
    ),
    "snapshot_kept": Act(
        "A version is kept as the snapshot of its month",
        {"product": "product", "run_id": "run", "month": "month"},
    ),
    "records_destroyed": Act(
        "Files whose term is over are about to be destroyed; the ledger has each of them",
        {"kind": "word", "files": "count", "term_days": "count", "list_sha256": "hash"},
        is_sealed=True,
    ),
    "population_relinked": Act(
        "Everybody is about to be linked from nothing; taken over, or to see what would change",
        {"run_id": "run", "is_taken": "flag"},
    ),
    "links_rolled_back": Act(
        "The links of runs were undone", {"run_id": "run"}, {"runs": "runs", "reason": "reason"}
    ),
    "keys_rotated": Act(
        "A product gets a new key version",
        {"product": "product"},
        {
            "run_id": "run", "key_id": "key_id", "key_version": "version", "old_key_id": "key_id",
            "old_key_version": "version", "reason": "reason",
        },
        is_sealed=True,
    ),
    "root_replaced": Act(
        "The deployment gets another root key: what is written behind this is signed with a key of that one",
        {"old_key_id": "key_id", "key_id": "key_id", "reason": "reason"},
        is_sealed=True,
    ),
    "root_in_use": Act(
        "The other root key is in use, and signs the log; products are to be made again under it",
        {"key_id": "key_id", "products": "products"},
        is_sealed=True,
    ),
    "reidentify_asked": Act(
        "Somebody asked who stands behind pseudonyms",
        {**_REQUEST, "product": "product", "keys": "count", "as_of": "day"},
        {"reason": "reason", "case": "case", "is_break_glass": "flag"},
    ),
    "reidentify_given": Act(
        "NHS numbers are about to be handed out",
        {**_REQUEST, "given": "count", "not_given": "count", "subjects": "subjects"},
        {"is_break_glass": "flag"},
        is_sealed=True,
    ),
    "reidentify_refused": Act("The request was refused", {**_REQUEST, "rule": "word"}),
    "break_glass": Act(
        "Somebody asks without a known relationship, in an emergency; to be reviewed",
        {**_REQUEST, "keys": "count", "reason": "reason"},
        {"case": "case"},
        is_sealed=True,
    ),
    "break_glass_reviewed": Act(
        "A break-glass was reviewed", {"request_id": "request_id", "finding": "word"}, {"reason": "reason"},
        is_sealed=True,
    ),
    "request_reviewed": Act(
        "An answer of the reviewers' sample was looked at", {"request_id": "request_id", "finding": "word"},
        {"reason": "reason"},
        is_sealed=True,
    ),
    "subject_report": Act(
        "The report of what is held about a person, for that person", {"request_id": "request_id"},
        {"subjects": "subjects", "requester": "name", "case": "case", "reason": "reason"},
        is_sealed=True,
    ),
    "subject_report_refused": Act(
        "A report about a person was refused", {"request_id": "request_id", "rule": "word"},
        {"requester": "name"},
    ),
    "link_decided": Act("Somebody decided a pair in doubt", {"pair_id": "pair_id", "verdict": "word"}),
    "link_override": Act("Somebody decided that two records are one person or two", {"verdict": "word"}),
    "links_exported": Act("The whole link table was written out", {}, {"records": "count", **_FILE}),
    "opt_out_requested": Act(
        "NHS numbers were written for the national opt-out check", {}, {"numbers": "count", **_FILE}
    ),
    "opt_out_applied": Act(
        "A reply of the national opt-out check is taken into use",
        {},
        {"run_id": "run", "reply_on": "day", "numbers": "count", "files": "count", **_FILE},
    ),
    "consent_withdrawn": Act(
        "Somebody withdrew consent",
        {},
        {
            "decision": "word", "subject": "subject", "product": "product", "purpose": "word",
            "reason": "reason", "records": "count",
        },
    ),
    "person_deleted": Act(
        "What is held about somebody is deleted",
        {},
        {"decision": "word", "subject": "subject", "reason": "reason", "records": "count", "rows": "count"},
    ),
    "history_asked": Act(
        "Somebody had the identifiable tables of an earlier night worked out again",
        {"run_id": "run"},
        {"as_of": "day", "feeds": "count"},
    ),
    "export_asked": Act(
        "Somebody asked for landed records as FHIR",
        {**_REQUEST, "is_of_changes": "flag"},
        {"reason": "reason"},
    ),
    "export_refused": Act("The export was refused", {**_REQUEST, "rule": "word"}),
    "export_made": Act(
        "Identifiable records are about to be written outside the zones", {**_REQUEST, "run_id": "run"}
    ),
    "records_exported": Act(
        "An export of identifiable records takes its place; its manifest names every file by hash",
        {**_REQUEST, "files": "count", "records": "count", "deletions": "count", **_FILE},
        is_sealed=True,
    ),
    "quarantine_shown": Act("Somebody looked at refused rows", {"file_id": "file_id"}, {"rows": "count"}),
}  # fmt: skip


def meaning_of(act: str) -> str:
    """What an act means, in words; empty for one that is not declared."""
    return ACTS[act].meaning if act in ACTS else ""


def require_declared(act: str, details: Mapping[str, Detail]) -> dict[str, Detail]:
    """The details as they are written; raises :class:`UsageError` naming what is not declared or not in form.

    The value of a detail is never in the error.
    """
    if act not in ACTS:
        raise UsageError(one_of("act", act, ACTS))
    forms = {**ACTS[act].must, **ACTS[act].may}
    missing = [name for name in ACTS[act].must if name not in details]
    unknown = [name for name in details if name not in forms]
    if missing or unknown:
        raise UsageError(
            f"audit log, {act}: details missing: {', '.join(missing) or 'none'}; not declared: "
            f"{', '.join(unknown) or 'none'}; valid: {', '.join(forms)}"
        )
    return {name: in_form(value, forms[name], f"{act}.{name}") for name, value in details.items()}


def in_form(value: Detail, form: str, where: str) -> Detail:
    """The value, if it has the form; raises :class:`UsageError` naming ``where``, never the value."""
    if form in _SCANNED and isinstance(value, str):
        text = require_safe(value, where)
        if _SCANNED[form].fullmatch(text):
            return text
    elif _has_form(value, form):
        return value
    raise UsageError(f"audit log, {where}: not in the form of a {form}; its value is not shown")


def _has_form(value: Detail, form: str) -> bool:
    if form == "flag":
        return isinstance(value, bool)
    if form == "count":
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST_COUNT
    if form in _LISTS:
        is_list = isinstance(value, list) and len(value) <= _MOST_LISTED
        return is_list and all(_has_form(item, _LISTS[form]) for item in value)  # type: ignore[union-attr]
    return isinstance(value, str) and bool(re.fullmatch(_TEXTS[form], value))
