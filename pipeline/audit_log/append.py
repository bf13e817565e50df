"""Appending an entry: declared, chained, on the disk, and known to the ledger, before its act begins."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping

from pipeline.audit_log import copy_elsewhere, heads, seal, signing
from pipeline.audit_log import entry as entries
from pipeline.audit_log.acting_user import operating_user
from pipeline.audit_log.acts import ACCOUNT, ACTS, Detail, in_form, require_declared
from pipeline.audit_log.copy_elsewhere import Copy, copy_of
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
    files, copy = log_files(settings), copy_of(settings)
    with locked(files), writable("the audit log"), heads.opened(settings) as ledger:
        # Read while nobody else can append: the root may just have been replaced.
        log = LockedLog(files, ledger, load_keys(settings), copy)
        log.make_ready()
        return log.write(act, who, told)


class LockedLog:
    """The log while it is locked: ``log_id`` names it, ``last`` is its last entry."""

    def __init__(self, files: LogFiles, ledger: Ledger, keys: KeyRing, copy: Copy | None) -> None:
        self.files, self.ledger, self.keys, self.copy = files, ledger, keys, copy
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
        if line:
            self._settle_copy()
        else:
            self.begin(operating_user(), {})
        if aside:
            found: dict[str, Detail] = {"bytes": len(torn), "file_sha256": hashlib.sha256(torn).hexdigest()}
            self.write("torn_line_set_aside", operating_user(), found)

    def write(self, act: str, actor: str, details: Mapping[str, Detail]) -> Entry:
        """Name the account that called, chain, write, note the head, and sign where it is due."""
        details = {**details, ACCOUNT: in_form(operating_user(), "account", f"{act}.{ACCOUNT}")}
        number, previous = (self.last.number, self.last.hash) if self.last else (0, GENESIS)
        entry = entries.make(
            number=number + 1, at=now(), act=act, actor=actor, details=details, previous=previous
        )
        if len(entry.line()) > LONGEST:
            raise UsageError(f"audit log, {act}: the entry is longer than {LONGEST} bytes")
        if self.copy:
            self.copy.add(self.log_id, entry.line())
        self._keep(entry, is_late=False)
        return entry

    def _keep(self, entry: Entry, *, is_late: bool) -> None:
        add_line(self.files.log, entry.line())
        heads.note(self.ledger, self.log_id, entry, is_late=is_late)
        self.last = entry
        if ACTS[entry.act].is_sealed or seal.is_due(self.files, entry):
            seal.seal(self.files, self.ledger, self.keys, self.log_id)

    def _settle_copy(self) -> None:
        """Begin the copy of a log that had none; put back the one entry that a crash left only there."""
        if self.copy is None or self.last is None:
            return
        if not self.copy.path(self.log_id).exists():
            self._begin_copy(self.copy)
            return
        end = self.copy.last(self.log_id)
        if end is not None and copy_elsewhere.follows(end, self.last):
            self._keep(end, is_late=True)
        elif end is None or end.hash != self.last.hash:
            raise ChecksRefusedError(f"the audit log is not what its copy elsewhere holds; {heads.VERIFY}")

    def _begin_copy(self, copy: Copy) -> None:
        content = copy_elsewhere.read_log(self.files)
        if copy_elsewhere.was_begun(content):
            raise ChecksRefusedError(f"the copy of the audit log elsewhere is gone; {heads.VERIFY}")
        copy.add(self.log_id, content)
        self.write("copy_begun", operating_user(), {"entries": content.count(b"\n")})

    def _find_end(self, line: bytes) -> None:
        first, last = entries.parse(first_line(self.files.log, LONGEST)), entries.parse(line)
        if first is None or first.act != "log_opened" or last is None or not entries.is_sound(last):
            raise ChecksRefusedError(f"the audit log's first or last entry was changed; {heads.VERIFY}")
        self.log_id, self.last = str(first.details["log_id"]), last
        heads.require_known(self.ledger, self.log_id, last)

    def _require_none_before(self) -> None:
        is_copied = self.copy and copy_elsewhere.last_known(self.copy, self.files)
        if heads.latest(self.ledger) is not None or self.files.checkpoints.exists() or is_copied:
            raise ChecksRefusedError(f"the audit log is gone; {heads.VERIFY}")

    def begin(self, actor: str, after: Mapping[str, Detail]) -> None:
        """Write the first entry of a new log; ``after`` says which one it follows, where it follows one."""
        self.log_id = secrets.token_hex(16)
        self.files.public_key.write_bytes(signing.as_pem(signing.public_key(self.keys)))
        opened = {"log_id": self.log_id, "key_id": self.keys.key_id(AUDIT_LOG), **after}
        self.write("log_opened", actor, opened)
        if self.copy:
            self.write("copy_begun", operating_user(), {"entries": 1})
