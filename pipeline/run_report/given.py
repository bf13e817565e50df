"""What the room of runs knows and this one may not ask it for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the run ended: ``published`` products, and the exit code that ``wsic runs`` gives."""

    outcome: str
    exit_code: int
    published: tuple[str, ...]
