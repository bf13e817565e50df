"""Purposes, legal bases, and which feed stands on which of them: ``legal_bases.toml`` and ``feeds.toml``.

Reading them checks every word, so that a misspelt basis stops the load instead of allowing something.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from connectors.declare import SOURCE_WORDS, Handling
from connectors.register.law.words import Feed, LegalBasis, Particular, Purpose, Standing

__all__ = [
    "FHIR", "Feed", "LegalBasis", "Purpose", "Standing", "allowed", "bases_of", "feeds", "legal_bases",
    "purposes", "standing",
]  # fmt: skip

FHIR = "fhir"  # the format word of FHIR NDJSON
_FOLDER = Path(__file__).parent
_PRODUCTS = "products"  # in [handling]: every product purpose that the bases allow


@cache
def purposes() -> Mapping[str, Purpose]:
    """Every purpose by its word, in the file's order."""
    return {word: Purpose(word, **entry) for word, entry in _law()["purpose"].items()}


@cache
def legal_bases() -> Mapping[str, LegalBasis]:
    """Every legal basis by its word, in the file's order."""
    return {
        word: LegalBasis(
            word=word,
            allows=frozenset(_known(f"basis {word}", "purpose", entry["allows"], purposes())),
            **{name: value for name, value in entry.items() if name != "allows"},
        )
        for word, entry in _law()["basis"].items()
    }


@cache
def feeds() -> tuple[Feed, ...]:
    """Every feed and what it stands on."""
    raw = tomllib.loads((_FOLDER / "feeds.toml").read_text(encoding="utf-8"))
    return tuple(_feed(entry) for entry in raw["feed"])


def bases_of(source: str, format_name: str, file: str, column: str) -> tuple[str, ...]:
    """Words of the legal bases that one column is held on; raises :class:`ValueError` where it has none."""
    for feed in feeds():
        if feed.source == source and format_name in feed.formats:
            return feed.bases_of(format_name, file, column)
    raise ValueError(f"{source}/{format_name}: no legal basis; add the feed to connectors/register/law")


def allowed(bases: Iterable[str]) -> frozenset[str]:
    """Purposes that at least one of the bases allows for a whole column."""
    known = (legal_bases()[word] for word in bases)
    return frozenset().union(*(basis.allows for basis in known if not basis.is_per_person))


def standing(handling: Handling, bases: tuple[str, ...]) -> Standing:
    """What a column of this handling word may be for on these bases, and which of them say so.

    Raises :class:`ValueError` where nothing is left: what is for nothing may not be held.
    """
    wanted = _wanted(handling) & allowed(bases)
    if not wanted:
        raise ValueError(f"{handling}: the legal bases {', '.join(bases) or '(none)'} allow no purpose of it")
    return Standing(
        purposes=tuple(word for word in purposes() if word in wanted),
        legal_bases=tuple(word for word in bases if legal_bases()[word].allows & wanted),
    )


@cache
def _law() -> Mapping[str, Any]:
    return tomllib.loads((_FOLDER / "legal_bases.toml").read_text(encoding="utf-8"))


@cache
def _wanted(handling: Handling) -> frozenset[str]:
    words = _law()["handling"][handling]
    products = {word for word, purpose in purposes().items() if purpose.is_product}
    named = _known(
        f"handling {handling}", "purpose", (word for word in words if word != _PRODUCTS), purposes()
    )
    return frozenset(named) | (products if _PRODUCTS in words else frozenset())


def _feed(entry: Mapping[str, Any]) -> Feed:
    where = f"feed {entry['source']}/{','.join(entry['formats'])}"
    _known(where, "source", [entry["source"]], SOURCE_WORDS)
    return Feed(
        source=entry["source"],
        formats=tuple(entry["formats"]),
        controller=entry["controller"],
        bases=_known(where, "legal basis", entry["bases"], legal_bases()),
        instead=tuple(_particular(where, line) for line in entry.get("instead", ())),
    )


def _particular(where: str, line: Mapping[str, Any]) -> Particular:
    return Particular(
        formats=frozenset(line["formats"]),
        files=frozenset(line["files"]),
        columns=frozenset(line.get("columns", ())),
        bases=_known(where, "legal basis", line["bases"], legal_bases()),
    )


def _known(where: str, what: str, words: Iterable[str], valid: Iterable[str]) -> tuple[str, ...]:
    words, valid = tuple(words), tuple(valid)
    for word in words:
        if word not in valid:
            raise ValueError(f"{where}: {what} {word!r} is not known; valid: {', '.join(valid)}")
    return words
