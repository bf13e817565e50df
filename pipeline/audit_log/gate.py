"""The gate before a publish: the log must still be the one that was written.

All that the last checkpoint covers is hashed as a whole and compared with the signature, and only the
entries behind it are followed one by one: nothing is left out, and a long log costs no more than its reading.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.audit_log import entry as entries
from pipeline.audit_log import heads
from pipeline.audit_log.chain import Finding
from pipeline.audit_log.copy_elsewhere import compare, copy_of, read_log
from pipeline.audit_log.entry import LONGEST
from pipeline.audit_log.files import LogFiles, first_line, locked, log_files
from pipeline.audit_log.seal import Since, since_checkpoint
from pipeline.audit_log.signers import signers_of
from pipeline.errors import ChecksRefusedError
from pipeline.gate_words import AUDIT_LOG, AUDIT_LOG_RULE
from pipeline.keys import load_keys
from pipeline.settings import Settings


def require_intact(settings: Settings, *, run_id: str = "", product: str = "") -> None:
    """Raise :class:`ChecksRefusedError`, naming the first bad entry, where the log does not verify.

    With ``run_id`` and ``product`` the result also stands in the ledger as a rule of suite ``audit_log``.
    """
    files, copy = log_files(settings), copy_of(settings)
    with heads.opened(settings) as ledger, locked(files):
        signers = signers_of(load_keys(settings))
        head = heads.latest(ledger)
        log_id = _log_id(files)
        since = since_checkpoint(files, signers, log_id) if log_id else None
        fault = _fault(since, head, log_id)
        if copy and not fault:
            fault = _copy_fault(compare(copy, read_log(files), log_id, files))
        if run_id:
            checked = since.walk.last if since else 0
            ledger.put("rule_result", [_row(run_id, product, checked, is_passed=not fault)])
    if fault:
        raise ChecksRefusedError(f"the audit log does not verify: {fault}; see `wsic audit verify`")


def _copy_fault(compared: Iterable[Finding | str]) -> str:
    first = next((one for one in compared if isinstance(one, Finding)), None)
    return f"{f'entry {first.number}: ' if first.number else ''}{first.what}" if first else ""


def _row(run_id: str, product: str, checked: int, *, is_passed: bool) -> dict[str, object]:
    return {
        "run_id": run_id, "product": product, "suite": AUDIT_LOG, "rule_id": AUDIT_LOG_RULE,
        "severity": "critical", "rows_checked": checked, "rows_failed": int(not is_passed),
        "is_passed": int(is_passed),
    }  # fmt: skip


def _log_id(files: LogFiles) -> str:
    first = entries.parse(first_line(files.log, LONGEST)) if files.log.exists() else None
    return str(first.details.get("log_id", "")) if first else ""


def _fault(since: Since | None, head: heads.Head | None, log_id: str) -> str:
    """What is wrong, in words; empty where all holds."""
    if since is None:
        return "there is none, or its first entry was changed" if head else ""
    if not since.is_as_signed:
        return "what the last checkpoint signed was changed, or the checkpoint is not this log's"
    if since.walk.broken:
        return f"entry {since.walk.broken.number} {since.walk.broken.what}"
    signed = since.checkpoint.number if since.checkpoint else 0
    vouched = max(signed, head.number if head else 0)
    if since.walk.last > vouched + 1:  # one may have come before a crash
        return f"entry {vouched + 1} is neither signed nor known to the ledger"
    if head is None:
        return ""
    if head.log_id != log_id:
        return "another log was put in its place"
    if head.number > since.walk.last:
        return f"entries {since.walk.last + 1} to {head.number} are missing: it was cut"
    own = since.walk.hash_of(head.number)
    return "" if own in (None, head.hash) else f"entry {head.number} is not the one that was written"
