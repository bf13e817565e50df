"""Registrations with practices, and the GP records they make on each system."""

from __future__ import annotations

import numpy as np

from synthetic.days import NEVER
from synthetic.people import Block
from synthetic.rows import Array, Rows, stack

FIRST_TPP_PATIENT = 20_000_000  # row identifiers of TPP patients start here


def registrations(block: Block) -> Rows:
    """Person, practice (index), start, stop (NEVER: open), order (0, 1), is_emis, rec (number), kind.

    ``rec`` is the patient record's number: on EMIS one a registration, on TPP one a person.
    """
    rows = block.rows
    ends = np.minimum(rows["left_on"], rows["death"])
    people = np.flatnonzero((rows["practice"] >= 0) & (rows["registered_on"] <= block.span.end))
    first = Rows(
        person=people,
        practice=rows["practice"][people],
        start=rows["registered_on"][people],
        stop=np.minimum(ends, rows["switched_on"])[people],
        order=np.zeros(len(people), dtype=np.int64),
    )
    again = np.flatnonzero((rows["switched_on"] <= block.span.end) & (rows["practice"] >= 0))
    second = Rows(
        person=again,
        practice=rows["practice_now"][again],
        start=rows["switched_on"][again],
        stop=ends[again],
        order=np.ones(len(again), dtype=np.int64),
    )
    regs = stack([first, second])
    regs["is_emis"] = block.world.practices["is_emis"][regs["practice"]]
    everyone = regs["person"] + block.base
    regs["rec"] = np.where(regs["is_emis"], everyone * 2 + regs["order"], FIRST_TPP_PATIENT + everyone * 2)
    temporary = block.rng("registrations").random(regs.height) < 0.004
    regs["kind"] = np.where(temporary & (regs["order"] == 0), "Temporary", "Regular").astype(object)
    return regs


def patients(block: Block, regs: Rows) -> Rows:
    """One row a patient record, as its newest registration has it; ``since``: day of the first one."""
    order = np.lexsort((regs["start"], regs["rec"]))
    regs = regs.take(order)
    newest = (
        np.concatenate([regs["rec"][1:] != regs["rec"][:-1], [True]])
        if regs.height
        else np.zeros(0, dtype=bool)
    )
    first = np.searchsorted(regs["rec"], regs["rec"][newest])
    records = regs.take(newest)
    records["since"] = regs["start"][first]
    return records


def record_of(block: Block, person: Array, day: Array) -> tuple[Array, Array, Array, Array]:
    """(rec, practice, is_emis, visible from) of the record that holds something of that day.

    What happened before the first registration is in the first record.
    """
    rows = block.rows
    later = day >= rows["switched_on"][person]
    practice = np.where(later, rows["practice_now"][person], rows["practice"][person])
    is_emis = block.world.practices["is_emis"][practice]
    everyone = person + block.base
    rec = np.where(is_emis, everyone * 2 + later, FIRST_TPP_PATIENT + everyone * 2)
    since = np.where(later, rows["switched_on"][person], rows["registered_on"][person])
    return rec, practice, is_emis, np.maximum(day, since)


def carried_over(block: Block, entries: Rows, which: Array) -> Rows:
    """Copies of the chosen entries in the record of the practice that a person moved to (GP2GP).

    A copy has the entry's day, the new record, and is visible from the move.
    """
    person = entries["person"]
    moved = which & (entries["day"] < block.rows["switched_on"][person])
    moved &= block.rows["switched_on"][person] < NEVER
    copies = entries.take(moved)
    person = copies["person"]
    rec, practice, is_emis, visible = record_of(block, person, block.rows["switched_on"][person])
    same = rec == copies["rec"]  # TPP keeps one record: nothing to copy
    copies["rec"], copies["practice"], copies["is_emis"], copies["visible"] = rec, practice, is_emis, visible
    copies["id"] = copies["id"] + 10_000_000
    copies["consultation"] = np.full(copies.height, -1)
    return copies.take(~same)
