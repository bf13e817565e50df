"""What one look found: what, why it matters, and what would be valid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.errors import WsicError
from pipeline.ledger import Ledger
from pipeline.settings import Settings

GOOD, LOOK, FAULT = LEVELS = ("good", "look", "fault")
AS_SAID = "as the message says"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``level``: good; look (a night would run; somebody should know); fault (it would fail or be unsafe).

    ``found`` holds no value of a record and no secret.
    """

    area: str
    level: str
    found: str
    why: str
    valid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The night that is looked ahead to: ``ledger`` is only read."""

    settings: Settings
    ledger: Ledger
    extracts: Path
    as_of: date


def good(area: str, why: str, found: str) -> Finding:
    """Nothing is to be done."""
    return Finding(area=area, level=GOOD, found=found, why=why)


def worth_a_look(area: str, why: str, found: str, valid: str) -> Finding:
    """A night would run, and somebody should know."""
    return Finding(area=area, level=LOOK, found=found, why=why, valid=valid)


def fault(area: str, why: str, found: str, valid: str) -> Finding:
    """A night would fail, or be unsafe."""
    return Finding(area=area, level=FAULT, found=found, why=why, valid=valid)


def nearest(path: Path) -> Path:
    """The path itself, or the first folder above it that is there."""
    return next(place for place in (path, *path.parents) if place.exists())


def demanded(area: str, why: str, demand: Callable[[], object], said: str) -> Finding:
    """What a demand of the night says: a fault in its own words where it raises, else ``said``."""
    try:
        demand()
    except WsicError as error:
        return fault_of(area, why, error)
    return good(area, why, said)


def fault_of(area: str, why: str, error: WsicError) -> Finding:
    """The fault that an error of the pipeline tells of."""
    found, _, valid = str(error).partition("valid: ")
    return fault(area, why, found.rstrip(" ;:("), valid or AS_SAID)
