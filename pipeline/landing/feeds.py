"""Which feeds there are, and which dated folders each has sent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from connectors.declare import SOURCE_WORDS
from pipeline.errors import InputRefusedError, SetupError, UsageError, one_of
from pipeline.ledger import Ledger
from pipeline.settings import EXPECTED_SOURCES
from pipeline.zones import Zones

BESIDE_SOURCES = ("opt_outs", "reference", "truth")  # folders that no source lies in
_SENDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True, order=True)
class Feed:
    """What one organisation sends for one source; an empty sender means that nobody has sent yet."""

    source: str
    sender: str

    def __str__(self) -> str:
        return f"{self.source}/{self.sender or '(no sender)'}"


@dataclass(frozen=True, slots=True)
class DatedFolder:
    """The files that a feed sent as one extract."""

    path: Path
    extract_date: date


def list_feeds(
    ledger: Ledger,
    extracts: Path,
    as_of: date,
    source: str | None = None,
    *,
    home: Path | None = None,
    expected: str = EXPECTED_SOURCES,
) -> list[Feed]:
    """Every feed that sent something up to ``as_of`` or ever before; every ``expected`` source without one.

    Sent: into ``extracts``, or fetched, by whatever transport, into the zones of ``home``. A ``source`` that
    is asked for by name is expected. Raises :class:`UsageError` for a source word or an extracts folder that
    is not there, :class:`SetupError` for an expected source that is none, and :class:`InputRefusedError`
    for a folder that no source or no sender can have.
    """
    words = _words(source)
    awaited = _expected(expected) if source is None else words
    if not extracts.is_dir():
        raise UsageError(f"extracts folder {extracts} is not there")
    _only_known_folders(extracts)
    roots = arrivals(extracts, home)
    found = {feed for root in roots for word in words for feed in _sent(root, word, as_of)}
    found |= {feed for feed in _known_before(ledger, as_of) if feed.source in words}
    silent = {Feed(word, "") for word in awaited} - {Feed(feed.source, "") for feed in found}
    return sorted(found | silent)


def arrivals(extracts: Path, home: Path | None) -> tuple[Path, ...]:
    """The folders that extracts lie in: the senders' own, and what was fetched."""
    return (extracts, Zones(home).fetched) if home else (extracts,)


def dated_folders(roots: Iterable[Path], feed: Feed, as_of: date) -> tuple[list[DatedFolder], list[str]]:
    """The feed's extracts up to ``as_of``, oldest first, and what lies beside them that is none."""
    folders, strange = [], []
    own = [root / feed.source / feed.sender for root in roots] if feed.sender else []
    for path in (path for root in own if root.is_dir() for path in sorted(root.iterdir())):
        day = _date_of(path)
        if day is None and not path.name.startswith("."):
            strange.append("a folder" if path.is_dir() else "a file")
        elif day is not None and day <= as_of:
            folders.append(DatedFolder(path, day))
    return sorted(folders, key=lambda folder: folder.extract_date), strange


def _words(source: str | None) -> tuple[str, ...]:
    if source is None:
        return SOURCE_WORDS
    if source not in SOURCE_WORDS:
        raise UsageError(one_of("source", source, SOURCE_WORDS))
    return (source,)


def _expected(listed: str) -> tuple[str, ...]:
    words = tuple(listed.replace(",", " ").split())
    for word in words:
        if word not in SOURCE_WORDS:
            raise SetupError("setting expected_sources: " + one_of("source", word, SOURCE_WORDS))
    return words


def _only_known_folders(extracts: Path) -> None:
    valid = (*SOURCE_WORDS, *BESIDE_SOURCES)
    for path in sorted(extracts.iterdir()):
        if path.is_dir() and not path.name.startswith(".") and path.name not in valid:
            raise InputRefusedError("extracts: " + one_of("source folder", path.name, valid))


def _sent(arrived: Path, word: str, as_of: date) -> list[Feed]:
    root = arrived / word
    if not root.is_dir():
        return []
    senders = [path.name for path in sorted(root.iterdir()) if path.is_dir() and path.name[0] != "."]
    if not all(_SENDER.fullmatch(sender) for sender in senders):
        raise InputRefusedError(
            f"{word}: a sender's folder must be named by the organisation's ODS code (letters and digits)"
        )
    feeds = (Feed(word, sender) for sender in senders)
    return [feed for feed in feeds if any(dated_folders((arrived,), feed, as_of))]


def _known_before(ledger: Ledger, as_of: date) -> set[Feed]:
    rows = ledger.query(
        "select distinct source, sender from file where extract_date <= ?", (as_of.isoformat(),)
    )
    return {Feed(row["source"], row["sender"]) for row in rows}


def _date_of(path: Path) -> date | None:
    if not path.is_dir() or not _DATED.fullmatch(path.name):
        return None
    try:
        return date.fromisoformat(path.name)
    except ValueError:
        return None
