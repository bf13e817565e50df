"""Marks that rows carry whatever they are about: confidential, withheld, deleted later."""

from __future__ import annotations

import numpy as np

from synthetic.days import NEVER
from synthetic.people import Block
from synthetic.rates import errors
from synthetic.records.planted import Planted
from synthetic.rows import Array, Rows


def deleted_on(rng: np.random.Generator, block: Block, visible: Array) -> Array:
    """Night on which a row of the history is deleted; NEVER for nearly all."""
    nights = block.span.nights
    later = np.full(len(visible), NEVER)
    if nights > 1:
        goes = rng.random(len(visible)) < errors.DELETED_ROWS_A_NIGHT * (nights - 1)
        night = block.span.first_night + 1 + rng.integers(0, nights - 1, len(visible))
        later = np.where(goes & (visible <= block.span.first_night), night, NEVER)
    return later


def sometimes(rng: np.random.Generator, count: int, share: float) -> Array:
    """A mask that is true for ``share`` of rows."""
    return rng.random(count) < share


def of_records(block: Block, records: Rows, *columns: str) -> None:
    """Copy facts about the person onto the person's records."""
    for column in columns:
        records[column] = block.rows[column][records["person"]]


def planted_rows(planted: Planted, *, source: str, table: str, offset: int = 0) -> Rows:
    """Planted errors with the table of records that their row number counts in."""
    rows = planted.rows()
    count = rows.height
    return Rows(
        source=np.full(count, source, dtype=object),
        table=np.full(count, table, dtype=object),
        record=rows["record"] + offset,
        kind=rows["kind"],
        column=rows["column"],
    )
