"""Coded entries of several kinds, collected into one table."""

from __future__ import annotations

import numpy as np

from synthetic.lives import draws
from synthetic.lives.primary_care.codes import CODE
from synthetic.people import Block
from synthetic.rows import Array, Rows


class Entries:
    """Collects entries: person, day, code, value, unit, consultation, precision."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.parts: list[dict[str, Array]] = []

    def add(
        self,
        person: Array,
        day: Array,
        code: Array | str,
        value: Array | None = None,
        unit: str = "",
        *,
        consultation: Array | None = None,
        precision: Array | None = None,
    ) -> None:
        """Add entries; ``code`` is a key of :data:`CODE` or numbers of it."""
        count = len(person)
        self.parts.append(
            {
                "person": person,
                "day": day.astype(np.int64),
                "code": np.full(count, CODE[code]) if isinstance(code, str) else code,
                "value": np.full(count, np.nan) if value is None else value,
                "unit": np.full(count, unit, dtype=object),
                "consultation": np.full(count, -1) if consultation is None else consultation,
                "precision": np.full(count, 3) if precision is None else precision,
            }
        )

    def rows(self) -> Rows:
        """Everything added, of people with a practice, by person and day, with ids."""
        rows = Rows({name: np.concatenate([part[name] for part in self.parts]) for name in self.parts[0]})
        rows = rows.take(
            (self.block.rows["practice"][rows["person"]] >= 0) & (rows["day"] <= self.block.span.end)
        )
        rows = rows.take(np.lexsort((rows["code"], rows["day"], rows["person"])))
        return draws.identify(self.block, rows)
