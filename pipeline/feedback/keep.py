"""Writes packs where operators find them, lists them, and reads one again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.feedback.gather import Pack, gather
from pipeline.feedback.workbook import write_workbook
from pipeline.landing.feeds import Feed
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones

VERSION = 1  # of the lines; another where one that is there changes its meaning
KINDS = {
    "files": "file", "rules": "rule", "mended": "mended", "references": "reference",
    "nights": "night", "rows": "row",
}  # fmt: skip
"""Table of a pack -> the ``kind`` of its lines; the first line is of the kind ``pack``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A pack that lies there: what it is of, its totals, and its two files."""

    source: str
    sender: str
    run_id: str
    as_of: str
    files: int
    files_refused: int
    rows_in: int
    rows_lost: int
    warnings: int
    path: Path
    workbook: Path


def write_feedback(settings: Settings, ledger: Ledger, *, run_id: str, feed: Feed) -> Path:
    """Write the pack of one feed and run, replacing an earlier one; returns the path of its lines."""
    pack = gather(settings, ledger, run_id=run_id, feed=feed)
    path = _folder(settings, feed) / f"{run_id}.jsonl"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _in_place(path, lambda part: part.write_text("".join(_lines(pack)), encoding="utf-8"))
    _in_place(path.with_suffix(".xlsx"), lambda part: write_workbook(pack, part))
    return path


def list_feedback(settings: Settings) -> list[Kept]:
    """Every pack there is, newest run first."""
    root = _root(settings)
    found = [_kept(path) for path in root.glob("*/*/*.jsonl") if not path.name.startswith(".")]
    return sorted(found, key=lambda kept: (kept.run_id, kept.source, kept.sender), reverse=True)


def read_feedback(settings: Settings, *, feed: Feed, run_id: str | None = None) -> Pack:
    """The pack of one feed, of its newest run if none is given.

    Raises :class:`UsageError` where there is none.
    """
    kept = [one for one in list_feedback(settings) if (one.source, one.sender) == (feed.source, feed.sender)]
    chosen = [one for one in kept if run_id in (None, one.run_id)]
    if not chosen:
        raise UsageError("there is no such feedback pack; `wsic feedback list` shows those that are")
    tables: dict[str, list[dict[str, Any]]] = {kind: [] for kind in ("pack", *KINDS.values())}
    for line in chosen[0].path.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        tables.setdefault(told.pop("kind"), []).append(told)
    return Pack(night=tables["pack"][0], **{name: tables[kind] for name, kind in KINDS.items()})


def _root(settings: Settings) -> Path:
    return Zones(settings.home).audit / "feedback"


def _folder(settings: Settings, feed: Feed) -> Path:
    return _root(settings) / feed.source / feed.sender


def _lines(pack: Pack) -> Iterator[str]:
    tables = asdict(pack)
    yield _line("pack", {"version": VERSION, **tables["night"]})
    for name, kind in KINDS.items():
        yield from (_line(kind, row) for row in tables[name])


def _line(kind: str, row: dict[str, Any]) -> str:
    return json.dumps({"kind": kind, **row}, ensure_ascii=False) + "\n"


def _in_place(path: Path, write: Callable[[Path], object]) -> None:
    part = path.with_name(f".{path.name}.part")
    write(part)
    part.chmod(0o600)
    part.replace(path)


def _kept(path: Path) -> Kept:
    with path.open(encoding="utf-8") as lines:
        night = json.loads(lines.readline())
    told = {field.name: night[field.name] for field in fields(Kept) if field.type != "Path"}
    return Kept(**told, path=path, workbook=path.with_suffix(".xlsx"))
