"""Consultant episodes of the spells, and outpatient appointments."""

from __future__ import annotations

import numpy as np

from synthetic.days import working_day
from synthetic.lives import draws
from synthetic.people import Block
from synthetic.rates import hospital as rates
from synthetic.rates.causes import AGE_BANDS
from synthetic.rows import Rows, repeat


def make(block: Block, spells: Rows) -> Rows:
    """Episodes in order: spell (id), spell_row, number (from 1), is_last, start, stop, detail, id."""
    rng = block.rng("episodes")
    nights = spells["leave"] - spells["admit"]
    more = np.where(nights > 0, rng.poisson(0.08 + rates.EPISODES_A_NIGHT * nights), 0)
    parent, number = repeat(1 + np.minimum(np.minimum(more, nights), 6))
    cut = np.floor(rng.random(len(parent)) * (nights[parent] + 1)).astype(np.int64)
    cut = np.where(number == 0, 0, cut)
    cut = cut[np.lexsort((cut, parent))]  # the cuts of each spell in order; the first stays 0
    last = np.concatenate([parent[1:] != parent[:-1], [True]]) if len(parent) else np.zeros(0, dtype=bool)
    start = spells["admit"][parent] + cut
    stop = np.where(last, spells["leave"][parent], np.roll(start, -1))
    rows = Rows(
        spell=spells["id"][parent],
        spell_row=parent,
        person=spells["person"][parent],
        number=number + 1,
        is_last=last,
        start=start,
        stop=stop,
        detail=rng.random(len(parent)),
    )
    return draws.identify(block, rows)


def outpatients(block: Block) -> Rows:
    """Appointments: person, trust, referred, booked, day, specialty (index), first (F2F 1/2, tele 3/4),
    attended (code), outcome, number, id; those after the end are booked ones to come."""
    rng = block.rng("outpatients")
    age = block.age(block.span.middle)
    rate = draws.by_band(age, AGE_BANDS, rates.OUTPATIENT_REFERRALS_A_YEAR) * (0.7 + 0.22 * block.long_term)
    referred = draws.events(rng, block, rate, until=block.span.end)
    specialty = rng.choice(len(rates.SPECIALTIES), referred.height, p=rates.SPECIALTY_SHARES)
    trust = draws.acute_trust(rng, block, referred["person"])
    parent, number = repeat(1 + rng.poisson(rates.FOLLOW_UPS, referred.height))
    wait = rng.exponential(rates.DAYS_FROM_REFERRAL, referred.height)[parent]
    day = (
        referred["day"][parent]
        - 60
        + np.floor(
            wait + number * rates.DAYS_BETWEEN_APPOINTMENTS * rng.uniform(0.6, 1.4, len(parent))
        ).astype(np.int64)
    )
    referred_on = referred["day"][parent] - 60
    rows = Rows(
        person=referred["person"][parent],
        trust=trust[parent],
        referred=referred_on,
        day=working_day(day),
        specialty=specialty[parent],
        number=number,
        booked=np.maximum(referred_on, day - rng.integers(14, 56, len(parent))),
    )
    first, last = block.exposure()
    rows = rows.take(
        (rows["day"] >= first[rows["person"]])
        & (rows["day"] < last[rows["person"]])
        & (rows["booked"] <= block.span.end)
        & (rows["referred"] >= block.rows["birth"][rows["person"]])
    )
    return draws.identify(block, _attendance(rng, block, rows))


def _attendance(rng: np.random.Generator, block: Block, rows: Rows) -> Rows:
    count = rows.height
    missed = (
        rates.DID_NOT_ATTEND * draws.deprivation(block, rates.DID_NOT_ATTEND_DEPRIVED_FACTOR)[rows["person"]]
    )
    steps = np.cumsum(
        np.column_stack(
            [
                missed,
                np.full(count, rates.CANCELLED_BY_PATIENT),
                np.full(count, rates.CANCELLED_BY_PROVIDER),
                np.full(count, rates.ARRIVED_LATE_SEEN),
                np.full(count, rates.ARRIVED_LATE_NOT_SEEN),
            ]
        ),
        axis=1,
    )
    code = np.array(["3", "2", "4", "6", "7", "5"], dtype=object)
    rows["attended"] = code[(rng.random(count)[:, None] > steps).sum(axis=1)]
    remote = rng.random(count) < rates.BY_TELEPHONE_OR_VIDEO
    rows["first"] = np.where(rows["number"] == 0, 1, 2) + np.where(remote, 2, 0)
    rows["outcome"] = rng.choice(3, count, p=[0.35, 0.45, 0.20]) + 1
    rows["minute"] = 540 + 10 * rng.integers(0, 48, count)
    rows["detail"] = rng.random(count)
    return rows
