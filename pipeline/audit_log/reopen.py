"""Going on after an incident: a log that does not verify is put away, and the next says what it follows.

Until then nothing is published and nobody re-identified. Nothing is repaired: a log that was tampered with
stays as it was found, and the first entry of the new one holds the last head that the ledger knew of it.
"""

from __future__ import annotations

from pathlib import Path

from pipeline import clock
from pipeline.audit_log import heads
from pipeline.audit_log.acts import Detail, in_form
from pipeline.audit_log.append import LockedLog
from pipeline.audit_log.copy_elsewhere import Copy, copy_of, last_known
from pipeline.audit_log.files import LogFiles, flush_folder, locked, log_files, writable
from pipeline.audit_log.heads import Head
from pipeline.audit_log.verify import verify
from pipeline.errors import UsageError
from pipeline.keys import load_keys
from pipeline.settings import Settings


def reopen(settings: Settings, *, by: str, reason: str) -> Path:
    """Put the log away and begin a new one; returns the folder of the old one.

    Raises :class:`UsageError` where the log verifies: then there is nothing to put away.
    """
    who = str(in_form(by, "name", "--by"))
    told: dict[str, Detail] = {"reason": in_form(reason, "reason", "--reason")}
    if verify(settings).is_intact:
        raise UsageError("the audit log verifies; only one that does not is put away")
    files, copy = log_files(settings), copy_of(settings)
    with locked(files), writable("the audit log"), heads.opened(settings) as ledger:
        keys = load_keys(settings)
        told |= _follows(_known_end(copy, files, heads.latest(ledger)))
        closed = _put_away(files)
        LockedLog(files, ledger, keys, copy).begin(who, told)
    return closed


def _known_end(copy: Copy | None, files: LogFiles, head: Head | None) -> Head | None:
    """The furthest end that is known of the old log: by the copy elsewhere, else by the ledger."""
    lost = last_known(copy, files) if copy else None
    if lost is None or (head is not None and head.log_id == lost[0] and head.number >= lost[1].number):
        return head
    return Head(log_id=lost[0], number=lost[1].number, hash=lost[1].hash, is_sealed=False, is_late=False)


def _follows(head: Head | None) -> dict[str, Detail]:
    if head is None:
        return {}
    return {"after_log": head.log_id, "after_number": head.number, "after_hash": head.hash}


def _put_away(files: LogFiles) -> Path:
    closed = files.closed / clock.moment().strftime("%Y%m%dT%H%M%S.%f")
    closed.mkdir(mode=0o700, parents=True)
    for path in (files.log, files.checkpoints, files.public_key):
        if path.exists():
            path.rename(closed / path.name)
    flush_folder(closed)
    flush_folder(files.folder)
    return closed
