"""Appending an entry: declared, chained, on the disk, and known to the ledger, before its act begins."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping

from pipeline.audit_log import entry as entries
from pipeline.audit_log import heads, seal, signing
from pipeline.audit_log.acting_user import operating_user
from pipeline.audit_log.acts import ACTS, Detail, in_form, require_declared
from pipeline.audit_log.entry import GENESIS, LONGEST, Entry
from pipeline.audit_log.files import (
    LogFiles,
    add_line,
    first_line,
    last_line,
    locked,
    log_files,
    set_aside,
    writable,
)  # fmt: skip
from pipeline.clock import now
from pipeline.errors import ChecksRefusedError, UsageError
from pipeline.keys import AUDIT_LOG, KeyRing, load_keys
from pipeline.ledger import Ledger
from pipeline.settings import Settings


def append(
    settings: Settings, *, act: str, actor: str | None = None, details: Mapping[str, Detail] | None = None
) -> Entry:
    """Write one entry, and return when it is on the disk; only then may the act begin.

    ``actor`` is who acts (by default the user of the operating system); ``details`` are what
    :mod:`pipeline.audit_log.acts` declares of the act. Raises :class:`UsageError` for what is not declared
    or could identify a patient, :class:`SetupError` where the log cannot be written, and
    :class:`ChecksRefusedError` where it is seen to have been tampered with. Not to be called inside a
    transaction of the ledger: the head is written there.
    """
    told = require_declared(act, details or {})
    who = str(in_form(actor or operating_user(), "name", f"{act}.actor"))
    files, keys = log_files(settings), load_keys(settings)
    with locked(files), writable("the audit log"), heads.opened(settings) as ledger:
        log = LockedLog(files, ledger, keys)
        log.make_ready()
        return log.write(act, who, told)


class LockedLog:
    """The log while it is locked: ``log_id`` names it, ``last`` is its last entry."""

    def __init__(self, files: LogFiles, ledger: Ledger, keys: KeyRing) -> None:
        self.files, self.ledger, self.keys = files, ledger, keys
        self.log_id = ""
        self.last: Entry | None = None

    def make_ready(self) -> None:
        """Open a new log, or find the end of the one that is there; what a crash tore is set aside."""
        line, torn = last_line(self.files.log, LONGEST)
        if not line:
            self._require_none_before()
        else:
            self._find_end(line)
        aside = set_aside(self.files, self.files.log, torn) if torn else None
        if not line:
            self.begin(operating_user(), {})
        if aside:
            found: dict[str, Detail] = {"bytes": len(torn), "file_sha256": hashlib.sha256(torn).hexdigest()}
            self.write("torn_line_set_aside", operating_user(), found)

    def write(self, act: str, actor: str, details: Mapping[str, Detail]) -> Entry:
        """Chain, write, note the head, and sign where it is due."""
        number, previous = (self.last.number, self.last.hash) if self.last else (0, GENESIS)
        entry = entries.make(
            number=number + 1, at=now(), act=act, actor=actor, details=details, previous=previous
        )
        if len(entry.line()) > LONGEST:
            raise UsageError(f"audit log, {act}: the entry is longer than {LONGEST} bytes")
        add_line(self.files.log, entry.line())
        heads.note(self.ledger, self.log_id, entry)
        self.last = entry
        if ACTS[act].is_sealed or seal.is_due(self.files, entry):
            seal.seal(self.files, self.ledger, self.keys, self.log_id)
        return entry

    def _find_end(self, line: bytes) -> None:
        first, last = entries.parse(first_line(self.files.log, LONGEST)), entries.parse(line)
        if first is None or first.act != "log_opened" or last is None or not entries.is_sound(last):
            raise ChecksRefusedError(f"the audit log's first or last entry was changed; {heads.VERIFY}")
        self.log_id, self.last = str(first.details["log_id"]), last
        heads.require_known(self.ledger, self.log_id, last)

    def _require_none_before(self) -> None:
        if heads.latest(self.ledger) is not None or self.files.checkpoints.exists():
            raise ChecksRefusedError(f"the audit log is gone; {heads.VERIFY}")

    def begin(self, actor: str, after: Mapping[str, Detail]) -> None:
        """Write the first entry of a new log; ``after`` says which one it follows, where it follows one."""
        self.log_id = secrets.token_hex(16)
        self.files.public_key.write_bytes(signing.as_pem(signing.public_key(self.keys)))
        opened = {"log_id": self.log_id, "key_id": self.keys.key_id(AUDIT_LOG), **after}
        self.write("log_opened", actor, opened)
