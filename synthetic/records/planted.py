"""What was planted: the errors of records, remembered for the truth."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from synthetic.rows import Array, Rows, stack


@dataclass
class Planted:
    """Errors planted in records: row of the record, kind, the logical column."""

    parts: list[Rows] = field(default_factory=list)

    def note(self, which: Array, kind: str, column: str) -> None:
        """Remember that the records under ``which`` (mask) carry the error."""
        rows = np.flatnonzero(which)
        self.parts.append(
            Rows(
                record=rows,
                kind=np.full(len(rows), kind, dtype=object),
                column=np.full(len(rows), column, dtype=object),
            )
        )

    def rows(self) -> Rows:
        """All of them."""
        return stack(self.parts)
