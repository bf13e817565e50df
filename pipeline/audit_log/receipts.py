"""Receipts: the signed head of the log, beside each published version and with each answer that is given.

Whoever holds a receipt can show later that the log was cut, whatever became of this deployment's files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.audit_log import signing
from pipeline.audit_log.entry import LONGEST, Entry
from pipeline.audit_log.files import last_line, log_files
from pipeline.audit_log.signing import Checkpoint
from pipeline.errors import SetupError
from pipeline.settings import OPEN_PRODUCT, PRODUCTS, Settings
from pipeline.zones import Zones

SUFFIX = ".receipt.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Of the version of one run; ``checkpoint`` is of its entry ``product_published``."""

    path: Path
    product: str
    run_id: str
    file_sha256: str
    checkpoint: Checkpoint | None


def issue_receipt(settings: Settings, database: Path, entry: Entry) -> Path:
    """Write the receipt of ``database``, whose entry ``product_published`` is the log's last one."""
    point = checkpoint_of(settings, entry)
    told = {name: entry.details[name] for name in ("product", "run_id", "file_sha256")}
    path = database.with_suffix(SUFFIX)
    path.unlink(missing_ok=True)
    path.write_text(json.dumps({**told, "checkpoint": point.as_dict()}, indent=1), encoding="utf-8")
    path.chmod(0o444)
    return path


def checkpoint_of(settings: Settings, entry: Entry) -> Checkpoint:
    """The signed head of the log, at ``entry`` or behind it: proof, to who keeps it, that it was written."""
    line, _ = last_line(log_files(settings).checkpoints, LONGEST)
    point = signing.parse(line) if line else None
    if point is None or point.number < entry.number:
        raise SetupError("the audit log has no signed checkpoint of what is about to be done")
    return point


def as_receipt(point: Checkpoint) -> str:
    """The text of a receipt that is handed out; it names nobody."""
    return json.dumps({"checkpoint": point.as_dict()}, indent=1) + "\n"


def read_checkpoint(path: Path) -> Checkpoint | None:
    """The checkpoint of any receipt; ``None`` where the file is none."""
    try:
        return signing.from_dict(json.loads(path.read_text("utf-8"))["checkpoint"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def receipts(settings: Settings) -> Iterator[Receipt]:
    """Every receipt of the versions that are kept; one that cannot be read has no checkpoint."""
    for product in (*PRODUCTS, OPEN_PRODUCT):
        for path in sorted((Zones(settings.home).published(product) / "versions").glob(f"*{SUFFIX}")):
            yield _read(path, product)


def version_of(receipt: Receipt) -> Path:
    """The database that the receipt is of."""
    return receipt.path.with_name(receipt.path.name.removesuffix(SUFFIX) + ".duckdb")


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's content, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(path: Path, product: str) -> Receipt:
    try:
        raw = json.loads(path.read_text("utf-8"))
        point = signing.from_dict(raw["checkpoint"])
        told = {name: str(raw[name]) for name in ("product", "run_id", "file_sha256")}
    except (ValueError, KeyError, TypeError):
        return Receipt(path=path, product=product, run_id="", file_sha256="", checkpoint=None)
    return Receipt(path=path, checkpoint=point, **told)
