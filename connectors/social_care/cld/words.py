"""The words of the Client Level Data specification, release 1, that may leave as text: ``../words.csv``.

A word column is a place where a name can be typed. A word outside a list that is certain refuses the row;
where the published lists are not certain, the row goes on and the mapping holds the word back. Sources: DHSC
Client Level Data specification; NHS England ASC-Client-Level-Data-SALT-ASCOF-transformations (../README.md).
"""

from __future__ import annotations

from connectors import lookups


def listed(column: str) -> tuple[str, ...]:
    """The words that ``column`` may hold; raises :class:`ValueError` where it has no list."""
    return lookups.listed("social_care", column)
