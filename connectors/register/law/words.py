"""What a purpose, a legal basis and a feed's standing are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Purpose:
    """What data may be for; ``is_product`` where a model of the warehouse may serve it."""

    word: str
    meaning: str
    is_product: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalBasis:
    """Why data may be held, and the words of the purposes that it ``allows``.

    ``is_per_person`` marks one that holds for some people only: it never allows a whole column.
    """

    word: str
    title: str
    article_6: str
    article_9: str
    confidence: str
    allows: frozenset[str]
    condition: str
    source: str
    is_per_person: bool = False
    is_about_patients: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Particular:
    """Files of a feed, or columns of them (none: all), that stand on other bases than the rest."""

    formats: frozenset[str]
    files: frozenset[str]
    columns: frozenset[str]
    bases: tuple[str, ...]

    def covers(self, format_name: str, file: str, column: str) -> bool:
        """Whether this line speaks of the column."""
        is_file = format_name in self.formats and file in self.files
        return is_file and (not self.columns or column in self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Formats of one source that stand on the same bases; the most particular of ``instead`` wins."""

    source: str
    formats: tuple[str, ...]
    controller: str
    bases: tuple[str, ...]
    instead: tuple[Particular, ...] = ()

    def bases_of(self, format_name: str, file: str, column: str) -> tuple[str, ...]:
        """Words of the legal bases of one column."""
        found = [line for line in self.instead if line.covers(format_name, file, column)]
        return max(found, key=lambda line: bool(line.columns)).bases if found else self.bases


@dataclass(frozen=True, slots=True)
class Standing:
    """What one column may be for, and on which bases: words in the order of the files."""

    purposes: tuple[str, ...]
    legal_bases: tuple[str, ...]
