"""Join the parts of every file under its header; copy re-sent files; write control totals."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from pathlib import Path

from synthetic.days import date_of
from synthetic.plan import Delivery

PARTS = ".parts"


def folder(out: Path, delivery: Delivery, *, day: int | None = None) -> Path:
    """Where a delivery's files lie: <out>/<source>/<sender>/<date>."""
    at = date_of(delivery.day if day is None else day).isoformat()
    return out / delivery.source / delivery.sender / at


def parts_folder(out: Path, delivery: Delivery) -> Path:
    """Where the blocks write their parts of a delivery."""
    return out / PARTS / delivery.source / delivery.sender / date_of(delivery.day).isoformat()


def join(out: Path, delivery: Delivery, headers: dict[str, list[str]]) -> int:
    """Write the delivery's files; gives the rows written. ``headers``: column names by file stem."""
    target, rows = folder(out, delivery), 0
    target.mkdir(parents=True, exist_ok=True)
    if delivery.resends is not None:
        for path in sorted(folder(out, delivery, day=delivery.resends).iterdir()):
            shutil.copyfile(path, target / path.name)
        return 0
    totals = []
    for name, columns in headers.items():
        total = _join_file(parts_folder(out, delivery) / f"{name}.csv", target / f"{name}.csv", columns)
        totals.append(total)
        rows += int(total["rows"])
    if has_manifest(delivery):
        text = json.dumps({"files": totals}, indent=1, sort_keys=True)
        (target / "manifest.json").write_text(text + "\n", encoding="utf-8")
    return rows


def has_manifest(delivery: Delivery) -> bool:
    """Senders that give control totals: the EMIS feed, two of the trusts, half of the councils."""
    return delivery.format == "emis" or (delivery.format in ("sus", "cld") and delivery.sender_index % 2 == 0)


def _join_file(parts: Path, target: Path, columns: list[str]) -> dict[str, str | int]:
    """One file from its parts, in block order: name, data rows and sha256, as a manifest has them."""
    digest, lines = hashlib.sha256(), 0
    with target.open("wb") as file:
        head = _header_line(columns)
        file.write(head)
        digest.update(head)
        for part in sorted(parts.iterdir()):
            with part.open("rb") as source:
                while chunk := source.read(1 << 20):
                    file.write(chunk)
                    digest.update(chunk)
                    lines += chunk.count(b"\n")  # no value that we write holds a line break
    return {"name": target.name, "rows": lines, "sha256": digest.hexdigest()}


def _header_line(columns: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(columns)
    return text.getvalue().encode()
