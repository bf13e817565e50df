"""Ambulance incidents as the trust sends them: a record each, of people who often could not be asked."""

from __future__ import annotations

import numpy as np

from synthetic.chronicle import acute, marks
from synthetic.lives import ambulance as lives
from synthetic.people import Block
from synthetic.rates import ambulance as rates
from synthetic.records import identity
from synthetic.records.numbers import ABSENT
from synthetic.rows import Array, Rows

_WORDS = ("conveyed", "conveyed", "seen", "heard")  # by lives.ambulance's kind


def add(block: Block, tables: dict[str, Rows], planted: list[Rows], *, attended: Rows) -> None:
    """Add ambulance_incident: the incident, and whom the crew took the patient for."""
    rng = block.rng("ambulance records")
    rows = lives.make(block, attended)
    rows["record"], rows["since"] = np.arange(rows.height), rows["day"]
    missing = _by_kind(rows, rates.NUMBER_MISSING)
    made = identity.write_down(block, rng, rows, rates.ERRORS, number_missing=missing)
    _not_asked(rng, rows)
    made.note(rows["is_nobody"], "identity_not_asked", "nhs_number")
    planted.append(marks.planted_rows(made, source="ambulance", table="ambulance_incident"))
    _number(rng, rows, attended)
    acute.practices_of(block, rows)
    marks.of_records(block, rows, "ethnic_category", "switched_on", "in_care_home", "birth")
    rows["department"] = _department(rows, attended)
    rows["deleted_on"] = marks.deleted_on(rng, block, rows["day"])
    tables["ambulance_incident"] = rows


def _by_kind(rows: Rows, shares: dict[str, float]) -> Array:
    return np.array([shares[word] for word in _WORDS])[rows["kind"]]


def _not_asked(rng: np.random.Generator, rows: Rows) -> None:
    """Nobody knew who it was: no identifier at all; of some others the birth date is missing."""
    nobody = rng.random(rows.height) < _by_kind(rows, rates.NOT_KNOWN)
    for column in ("number", "true_number", "given", "surname", "postcode", "postcode_before"):
        rows[column][nobody] = None
    rows["number_status"] = np.where(nobody, ABSENT, rows["number_status"])
    rows["is_nobody"] = nobody
    rows["no_birth_date"] = nobody | (rng.random(rows.height) < rates.BIRTH_DATE_MISSING)


def _number(rng: np.random.Generator, rows: Rows, attended: Rows) -> None:
    """The attendance's number, which the hospital repeats; of merged calls, and without one, the trust's."""
    merged = rng.random(rows.height) < rates.ANOTHER_NUMBER
    shared = (rows["attendance"] >= 0) & ~merged
    rows["is_number_shared"] = shared
    rows["attendance_id"] = np.where(rows["attendance"] >= 0, attended["id"][rows["attendance"]], -1)


def _department(rows: Rows, attended: Rows) -> Array:
    found = np.full(rows.height, None, dtype=object)
    led = rows["attendance"] >= 0
    found[led] = attended["department"][rows["attendance"][led]]
    return found
