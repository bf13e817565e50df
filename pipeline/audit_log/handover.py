"""Handing the log over to another signing key: signed to its end with the old one, and nobody can append."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.audit_log import heads, seal, signing
from pipeline.audit_log.append import LockedLog
from pipeline.audit_log.copy_elsewhere import copy_of
from pipeline.audit_log.entry import LONGEST
from pipeline.audit_log.files import last_line, locked, log_files, writable
from pipeline.errors import SetupError
from pipeline.keys import LogEnd, load_keys
from pipeline.settings import Settings


@contextmanager
def handing_over(settings: Settings) -> Iterator[tuple[LogEnd, str]]:
    """(the log's end, the public key that signed it as hexadecimal digits); no entry can come in the block.

    In the block the root is replaced: what is written behind it is signed with the key of the new one. Raises
    as :func:`pipeline.audit_log.append.append` does.
    """
    files, copy = log_files(settings), copy_of(settings)
    with locked(files), writable("the audit log"), heads.opened(settings) as ledger:
        keys = load_keys(settings)
        log = LockedLog(files, ledger, keys, copy)
        log.make_ready()
        if log.last is None:
            raise SetupError("the audit log has no entry to hand over at")
        line, _ = last_line(files.checkpoints, LONGEST)
        point = signing.parse(line) if line else None
        if point is None or point.number < log.last.number:
            seal.seal(files, ledger, keys, log.log_id)
        signer = signing.public_key(keys).public_bytes_raw().hex()
        yield LogEnd(log_id=log.log_id, number=log.last.number, hash=log.last.hash), signer
