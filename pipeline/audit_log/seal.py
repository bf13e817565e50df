"""Making a checkpoint: a signature is only ever put on a log that still holds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from pipeline.audit_log import heads, signing
from pipeline.audit_log.chain import Walk, walk
from pipeline.audit_log.entry import GENESIS, LONGEST, Entry
from pipeline.audit_log.files import LogFiles, add_line, last_line, read, set_aside
from pipeline.audit_log.signers import Signers, signers_of
from pipeline.audit_log.signing import Checkpoint
from pipeline.clock import now
from pipeline.errors import ChecksRefusedError
from pipeline.keys import KeyRing
from pipeline.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Since:
    """What lies behind the last checkpoint: whether all before it is what was signed, and the chain since."""

    checkpoint: Checkpoint | None
    is_as_signed: bool
    walk: Walk
    size: int
    sha256: str


def since_checkpoint(files: LogFiles, signers: Signers, log_id: str) -> Since:
    """Hash all that the last checkpoint covers, and walk the entries behind it; the torn rest is left out."""
    line, _ = last_line(files.checkpoints, LONGEST)
    point = signing.parse(line) if line else None
    content, _ = read(files.log)
    covered = point.size if point else 0
    digest = hashlib.sha256(content[:covered])
    is_as_signed = not line or (
        point is not None
        and signers.signed(point)
        and signers.is_end(point)
        and point.log_id == log_id
        and (covered, digest.hexdigest()) == (point.size, point.sha256)
        and len(content) >= covered
    )
    rest = content[covered:]
    digest.update(rest)
    number, previous = (point.number, point.hash) if point else (0, GENESIS)
    walked = walk(rest.splitlines(keepends=True), first=number + 1, previous=previous)
    return Since(point, is_as_signed, walked, len(content), digest.hexdigest())


def is_due(files: LogFiles, entry: Entry) -> bool:
    """Whether the last checkpoint lies :data:`signing.EVERY` entries back."""
    line, _ = last_line(files.checkpoints, LONGEST)
    point = signing.parse(line) if line else None
    return point is None or entry.number - point.number >= signing.EVERY


def seal(files: LogFiles, ledger: Ledger, keys: KeyRing, log_id: str) -> Checkpoint:
    """Sign the log as it stands; raises :class:`ChecksRefusedError` where it does not hold."""
    _, torn = last_line(files.checkpoints, LONGEST)
    if torn:
        set_aside(files, files.checkpoints, torn)
    since = since_checkpoint(files, signers_of(keys), log_id)
    if not since.is_as_signed or since.walk.broken:
        raise ChecksRefusedError(f"the audit log is not what was signed before; {heads.VERIFY}")
    line, _ = last_line(files.checkpoints, LONGEST)
    said: dict[str, Any] = {"log_id": log_id, "number": since.walk.last, "hash": since.walk.previous}
    point = signing.sign(keys, line, **said, size=since.size, sha256=since.sha256, at=now())
    add_line(files.checkpoints, point.line())
    _show_key(files, keys)
    heads.mark_sealed(ledger, log_id, point.number)
    return point


def _show_key(files: LogFiles, keys: KeyRing) -> None:
    """The public key beside the log is that of its last signature."""
    pem = signing.as_pem(signing.public_key(keys))
    if not files.public_key.exists() or files.public_key.read_bytes() != pem:
        fresh = files.public_key.with_suffix(".fresh")
        fresh.write_bytes(pem)
        fresh.replace(files.public_key)
