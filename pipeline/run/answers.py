"""The answers about earlier nights that lie in ``landing/history``, a folder each, and how they go again."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from pipeline import clock
from pipeline.settings import Settings
from pipeline.zones import Zones

_ABOUT = "answer.json"


def answer_folder(settings: Settings, run_id: str) -> Path:
    """Where the answer about one night lies."""
    return Zones(settings.home).history / run_id


def part_folder(settings: Settings, run_id: str) -> Path:
    """An empty folder to make an answer in; what a crash left there goes."""
    root = Zones(settings.home).history
    root.mkdir(mode=0o700, exist_ok=True)
    part = root / f".{run_id}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    return part


def put_answer(part: Path, folder: Path, **about: str) -> None:
    """Let a finished answer take its place, for this user only; an earlier one about that night goes."""
    (part / _ABOUT).write_text(json.dumps({**about, "folder": str(folder)}), encoding="utf-8")
    for path in part.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    if folder.exists():
        shutil.rmtree(folder)
    part.rename(folder)


def list_answers(settings: Settings) -> list[dict[str, str]]:
    """The answers that lie there: ``run_id, as_of, asked_at, folder``."""
    names = ("run_id", "as_of", "asked_at", "folder")
    found = [_about(folder) for folder in _folders(settings) if not folder.name.startswith(".")]
    return [{name: about.get(name, "") for name in names} for about in found]


def remove_answers(settings: Settings, *, older_than: timedelta | None = None) -> int:
    """Remove every answer, or those asked for longer ago than ``older_than``, and what a crash left of one;
    returns how many."""
    going = [folder for folder in _folders(settings) if older_than is None or _is_older(folder, older_than)]
    for folder in going:
        shutil.rmtree(folder)
    return len(going)


def remove_old_answers(settings: Settings) -> int:
    """Remove the answers that have lain for ``history_answers_days``."""
    return remove_answers(settings, older_than=timedelta(days=settings.history_answers_days))


def _folders(settings: Settings) -> list[Path]:
    root = Zones(settings.home).history
    return sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def _about(folder: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {"folder": str(folder)}
    return found


def _is_older(folder: Path, limit: timedelta) -> bool:
    try:
        asked_at = datetime.fromisoformat(_about(folder)["asked_at"])
    except (KeyError, ValueError):
        return True  # of an answer that a crash cut short
    return clock.moment() - asked_at >= limit
