"""Consultations, and who is registered to have them."""

from __future__ import annotations

import numpy as np

from synthetic.days import working_day
from synthetic.lives import draws
from synthetic.people import Block
from synthetic.rates import primary_care as rates
from synthetic.rows import Array, Rows


def registered(block: Block, person: Array, day: Array) -> Array:
    """Whether each person was registered with a practice on the day."""
    rows = block.rows
    return np.asarray(
        (rows["practice"][person] >= 0)
        & (day >= rows["registered_on"][person])
        & (day < np.minimum(rows["left_on"][person], rows["death"][person]))
    )


def consultations(block: Block) -> Rows:
    """Columns: person, day, minute, contact (index), clinician (0-5), has_slot, booked, id."""
    rng = block.rng("consultations")
    age = block.age(block.span.middle)
    rate = draws.by_band(age, rates.AGE_BANDS, rates.CONSULTATIONS_A_YEAR)
    rate = np.where((block.rows["sex"] == 2) & (age >= 18) & (age < 65), rate * rates.WOMEN_FACTOR, rate)
    rate = rate * (0.85 + rates.LONG_TERM_CONDITION_FACTOR * block.long_term)
    rate = rate * rng.gamma(rates.UNEVENNESS, 1 / rates.UNEVENNESS, len(rate))
    rows = draws.events(rng, block, rate, until=block.span.horizon)
    rows["day"] = working_day(rows["day"])
    rows = rows.take(registered(block, rows["person"], rows["day"]))
    count = rows.height
    rows["minute"] = 480 + 5 * rng.integers(0, 120, count)
    rows["contact"] = rng.choice(len(rates.CONTACTS), count, p=[share for _, share in rates.CONTACTS])
    rows["clinician"] = rng.integers(0, 6, count)
    rows["has_slot"] = rng.random(count) < rates.WITH_APPOINTMENT
    rows["is_missed"] = rows["has_slot"] & (rng.random(count) < rates.DID_NOT_ATTEND)
    rows["booked"] = rows["day"] - np.floor(rng.exponential(rates.BOOKED_AHEAD_DAYS, count)).astype(np.int64)
    future = rows["day"] > block.span.end  # kept only as a booked slot
    rows = rows.take(~future | (rows["has_slot"] & (rows["booked"] <= block.span.end)))
    return draws.identify(block, rows)
