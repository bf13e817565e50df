"""The audit log: who did what, when and why; appended to before the act, and no entry can be lost unseen.

``audit/log.jsonl`` holds one entry a line, each with the hash of the one before it.
``audit/checkpoints.jsonl`` holds signed checkpoints of the chain (Ed25519; the public key lies beside it as
``audit/log.pub``). Copies of the chain's head lie in the ledger, beside each published version and with
each answer that was given, and of all of it in a folder elsewhere, so that a log cut short is found too.
No identifier is ever in it: :mod:`pipeline.audit_log.acts` says what each act may tell, and in which form.
"""

from pipeline.audit_log.acting import acting
from pipeline.audit_log.acting_user import caller_uid, operating_user
from pipeline.audit_log.acts import Detail, meaning_of
from pipeline.audit_log.append import append
from pipeline.audit_log.chain import Finding
from pipeline.audit_log.copy_elsewhere import copy_of
from pipeline.audit_log.entry import Entry
from pipeline.audit_log.free_text import require_safe
from pipeline.audit_log.gate import require_intact
from pipeline.audit_log.handover import handing_over
from pipeline.audit_log.reading import entries, last_checkpoint
from pipeline.audit_log.receipts import SUFFIX as RECEIPT_SUFFIX
from pipeline.audit_log.receipts import as_receipt, checkpoint_of, file_sha256, issue_receipt
from pipeline.audit_log.reopen import reopen
from pipeline.audit_log.signing import Checkpoint
from pipeline.audit_log.verify import Verification, verify

__all__ = [
    "RECEIPT_SUFFIX",
    "Checkpoint",
    "Detail",
    "Entry",
    "Finding",
    "Verification",
    "acting",
    "append",
    "as_receipt",
    "caller_uid",
    "checkpoint_of",
    "copy_of",
    "entries",
    "file_sha256",
    "handing_over",
    "issue_receipt",
    "last_checkpoint",
    "meaning_of",
    "operating_user",
    "reopen",
    "require_intact",
    "require_safe",
    "verify",
]
