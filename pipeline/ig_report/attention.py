"""What the reader has to see to: one line each, in order of how pressing it is."""

from __future__ import annotations

from dataclasses import dataclass

ACT, LOOK, UNKNOWN = "act", "look", "unknown"
LEVELS = (ACT, LOOK, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Attention:
    """``level``: act (something is wrong), look (may be right), unknown (could not be told).

    ``section`` is the id of the section that shows more; ``what`` a sentence without any value of a record.
    """

    level: str
    section: str
    what: str
