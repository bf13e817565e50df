"""Receipts against the log: of published versions, which are the files that were logged, and of answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.audit_log import receipts
from pipeline.audit_log.chain import Finding, Walk
from pipeline.audit_log.heads import Head
from pipeline.audit_log.receipts import Receipt
from pipeline.audit_log.signers import Signers
from pipeline.audit_log.signing import Checkpoint
from pipeline.settings import Settings


def check_published(
    settings: Settings,
    chain: Walk,
    signers: Signers,
    known: Sequence[Head],
    publications: Sequence[Mapping[str, Any]],
    *,
    files_too: bool,
) -> Iterator[Finding]:
    """Findings of the receipts, then of publications in the ledger that the log says nothing of."""
    vouched = set()
    for receipt in receipts.receipts(settings):
        where = f"{receipt.product} {receipt.run_id or receipt.path.name}"
        if what := _receipt_fault(receipt, chain, signers, known):
            yield Finding(what[0], f"receipt of {where}: {what[1]}")
        elif files_too and _is_other_file(receipt):
            yield Finding(None, f"version {where} is not the file whose hash was logged")
        else:
            vouched.add((receipt.run_id, receipt.product))
    yield from _unlogged(chain, publications, vouched)


def _receipt_fault(
    receipt: Receipt, chain: Walk, signers: Signers, known: Sequence[Head]
) -> tuple[int | None, str] | None:
    if (what := _point_fault(receipt.checkpoint, chain, signers, known)) or _is_of_earlier(receipt, chain):
        return what
    return None if _is_logged(receipt, chain) else (None, "the log has no such publication")


def check_handed_out(
    paths: Sequence[Path], chain: Walk, signers: Signers, known: Sequence[Head]
) -> Iterator[Finding]:
    """Findings of receipts that somebody kept; a file that is none proves nothing, and is found too."""
    for path in paths:
        if what := _point_fault(receipts.read_checkpoint(path), chain, signers, known):
            yield Finding(what[0], f"receipt {path.name}: {what[1]}")


def _is_of_earlier(receipt: Receipt, chain: Walk) -> bool:
    first = chain.entry(1)
    return (
        first is not None
        and receipt.checkpoint is not None
        and (receipt.checkpoint.log_id != first.details.get("log_id"))
    )


def _point_fault(
    point: Checkpoint | None, chain: Walk, signers: Signers, known: Sequence[Head]
) -> tuple[int | None, str] | None:
    """What the log must be and is not, as the signed checkpoint shows it."""
    if point is None or not signers.signed(point, of_earlier_log=True):
        return None, "not signed with this deployment's key"
    first = chain.entry(1)
    if first is None or point.log_id != first.details.get("log_id"):
        is_earlier = any((head.log_id, head.hash) == (point.log_id, point.hash) for head in known)
        return None if is_earlier else (None, "it is of another log than this one")
    if point.number > chain.last:
        return (
            (None, "its entry is behind the break") if chain.broken else (chain.last + 1, "the log was cut")
        )
    if chain.hash_of(point.number) != point.hash:
        return point.number, "the log is not the one that it was given out with"
    return None


def _is_logged(receipt: Receipt, chain: Walk) -> bool:
    told = {"product": receipt.product, "run_id": receipt.run_id, "file_sha256": receipt.file_sha256}
    return any(
        entry.act == "product_published" and told.items() <= dict(entry.details).items()
        for entry in chain.entries
    )


def _is_other_file(receipt: Receipt) -> bool:
    path = receipts.version_of(receipt)
    return path.exists() and receipts.file_sha256(path) != receipt.file_sha256


def _unlogged(
    chain: Walk, publications: Sequence[Mapping[str, Any]], vouched: set[tuple[str, str]]
) -> Iterator[Finding]:
    """Publications since the log was opened that have no entry: something was published around it."""
    opened = chain.entry(1)
    if opened is None or chain.broken:
        return
    logged = {
        (entry.details["run_id"], entry.details["product"])
        for entry in chain.entries
        if entry.act == "product_published"
    }
    for row in publications:
        if row["at"] >= opened.at and (row["run_id"], row["product"]) not in logged | vouched:
            yield Finding(None, f"{row['product']} of run {row['run_id']} was published without an entry")
