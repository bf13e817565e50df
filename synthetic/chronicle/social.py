"""Adult social care as the councils send it."""

from __future__ import annotations

import numpy as np

from synthetic.chronicle import marks
from synthetic.lives import social_care
from synthetic.people import Block
from synthetic.rates import errors
from synthetic.rates.places import BOROUGHS
from synthetic.records import identity, local
from synthetic.rows import Rows, stack

SALT = 7


def add(block: Block, tables: dict[str, Rows], planted: list[Rows], *, spells: Rows) -> None:
    """Add council_record and care_event."""
    rng = block.rng("council records")
    events = social_care.make(block, spells)
    both = stack([_seen(events, "person"), _seen(events.take(events["cared_for"] >= 0), "cared_for")])
    records, record = local.make(block, both, salt=SALT)
    events["record"] = record[: events.height]
    missing = np.array([borough.cld_number_missing for borough in BOROUGHS])[records["sender"]]
    made = identity.write_down(
        block, rng, records, errors.SOCIAL_CARE, number_missing=missing / _mean_factor(block)
    )
    planted.append(marks.planted_rows(made, source="social_care", table="council_record"))
    records["ethnic_draw"] = rng.random(records.height)
    marks.of_records(block, records, "ethnic_category", "death", "switched_on", "is_homeless")
    records["practice_ix"] = block.rows["practice"][records["person"]]
    records["practice_ix_now"] = block.rows["practice_now"][records["person"]]
    events["cared_for_id"] = _linked(block, events)
    tables.update(council_record=records, care_event=events)


def _seen(events: Rows, who: str) -> Rows:
    return Rows(
        person=events[who],
        sender=events["borough"],
        day=events["start"],
        variant=np.zeros(events.height, dtype=np.int64),
    )


def _mean_factor(block: Block) -> float:
    """Mean of the group factor, so that the council's own share comes out."""
    minority = ~np.isin(block.rows["ethnic_category"], ["A", "B", "C"])
    return float(np.where(minority, errors.MINORITY_FACTOR, 1.0).mean())


def _linked(block: Block, events: Rows) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """The council's id of the adult a carer cares for."""
    linked = np.full(events.height, None, dtype=object)
    which = np.flatnonzero(events["cared_for"] >= 0)
    sender = events["borough"][which]
    numbers = local.local_numbers(
        events["cared_for"][which] + block.base,
        sender=sender,
        variant=np.zeros(len(which), dtype=np.int64),
        salt=SALT,
    )
    councils = [borough.council for borough in BOROUGHS]
    linked[which] = [f"{councils[b]}{n:08d}" for b, n in zip(sender, numbers, strict=True)]
    return linked
