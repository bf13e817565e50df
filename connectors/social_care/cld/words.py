"""The words of the Client Level Data specification, release 1, that may leave as text: ``../words.csv``.

A word column is a place where a name can be typed. A word outside a list that is certain refuses the row;
where the published lists are not certain, the row goes on and the mapping holds the word back. Sources: DHSC
Client Level Data specification; NHS England ASC-Client-Level-Data-SALT-ASCOF-transformations (../README.md).
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources


def listed(column: str) -> tuple[str, ...]:
    """The words that ``column`` may hold; raises :class:`ValueError` where it has no list."""
    words = tuple(word for name, word in _rows() if name == column)
    if not words:
        raise ValueError(f"connectors/social_care/words.csv has no words for {column}")
    return words


@cache
def _rows() -> tuple[tuple[str, str], ...]:
    text = resources.files("connectors.social_care").joinpath("words.csv").read_text(encoding="utf-8")
    return tuple((name, word) for name, word in list(csv.reader(text.splitlines()))[1:])
