"""General practice: consultations and what is coded in and beside them."""

from __future__ import annotations

from synthetic.lives.primary_care import examined, known
from synthetic.lives.primary_care.codes import CODE, CODE_KEYS
from synthetic.lives.primary_care.consulting import consultations, registered
from synthetic.lives.primary_care.entries import Entries
from synthetic.people import Block
from synthetic.rows import Rows

__all__ = ["CODE", "CODE_KEYS", "consultations", "observations", "registered"]


def observations(block: Block, consulted: Rows) -> Rows:
    """Coded entries: person, day, code, value (nan: none), unit, consultation (id or -1), precision, onset.

    ``precision``: 3 day, 2 month, 1 year. ``is_problem`` marks a long-term condition's first entry.
    """
    rng = block.rng("observations")
    held = consulted.take(~consulted["is_missed"] & (consulted["day"] <= block.span.end))
    parts = Entries(block)
    examined.symptoms(rng, parts, held)
    examined.measures(rng, block, parts, held)
    known.conditions(rng, block, parts)
    known.preventive(rng, block, parts)
    known.statuses(rng, block, parts)
    return parts.rows()
