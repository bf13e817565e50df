"""Mental health hospital spells, ward stays and waits after being ready to leave."""

from __future__ import annotations

import numpy as np

from synthetic.days import NEVER
from synthetic.lives import draws
from synthetic.people import Block
from synthetic.rates import community as rates
from synthetic.rates.places import BOROUGHS, MENTAL_HEALTH_TRUSTS
from synthetic.rows import Rows, repeat, stack


def make(block: Block, referrals: Rows) -> tuple[Rows, Rows, Rows]:
    """(referrals with one more for each spell, spells, ward stays).

    Spells: person, trust, referral (id), admit, leave, method, destination, ready (day or NEVER), died, id.
    Ward stays: spell (id), trust, person, ward (code), start, stop, number, id.
    """
    rng = block.rng("wards")
    severe = block.with_condition("serious_mental_illness") | block.with_condition("bipolar")
    rate = np.where(
        severe,
        rates.SPELLS_SMI_A_YEAR,
        np.where(block.with_condition("depression"), rates.SPELLS_DEPRESSION_A_YEAR, 0.00015),
    )
    rate = np.where(block.age(block.span.middle) < 16, 0, rate)
    spells = draws.events(rng, block, rate, until=block.span.end)
    nights = 1 + np.floor(rates.SPELL_NIGHTS * rng.lognormal(0, rates.SPELL_SPREAD, spells.height)).astype(
        np.int64
    )
    spells["admit"], spells["leave"] = spells["day"], spells["day"] + np.minimum(nights, 400)
    spells = spells.take(draws.not_overlapping(spells["person"], spells["admit"], spells["leave"]))
    death = block.rows["death"][spells["person"]]
    spells["died"] = death <= spells["leave"]
    spells["leave"] = np.minimum(spells["leave"], death)
    spells["trust"] = np.array([MENTAL_HEALTH_TRUSTS.index(b.mental_health) for b in BOROUGHS])[
        block.borough[spells["person"]]
    ]
    draws.identify(block, spells)
    referrals = _with_referrals(referrals, spells)
    _leaving(rng, spells)
    return referrals, spells, _ward_stays(rng, block, spells)


def _with_referrals(referrals: Rows, spells: Rows) -> Rows:
    """One crisis referral a spell, open as long as the spell."""
    first = int(referrals["id"].max(initial=0)) + 1
    spells["referral"] = first + np.arange(spells.height) + spells["id"][:1].sum() * (referrals.height == 0)
    more = Rows(
        person=spells["person"],
        day=spells["admit"],
        team=np.full(spells.height, 1),
        trust=spells["trust"],
        minute=np.full(spells.height, 600),
        id=spells["referral"],
        closed=spells["leave"],
    )
    return stack([referrals, more])


def _leaving(rng: np.random.Generator, spells: Rows) -> None:
    count = spells.height
    spells["method"] = np.where(rng.random(count) < 0.92, "2A", "11").astype(object)
    spells["destination"] = np.where(
        spells["died"], "79", np.where(rng.random(count) < 0.9, "19", "29")
    ).astype(object)
    waits = (
        (rng.random(count) < rates.READY_BUT_DELAYED)
        & (spells["leave"] - spells["admit"] > 10)
        & ~spells["died"]
    )
    delay = np.minimum(
        rng.geometric(1 / rates.READY_DELAY_DAYS, count), spells["leave"] - spells["admit"] - 2
    )
    spells["ready"] = np.where(waits, spells["leave"] - delay, NEVER)
    spells["reason"] = rng.integers(1, 30, count)


def _ward_stays(rng: np.random.Generator, block: Block, spells: Rows) -> Rows:
    nights = spells["leave"] - spells["admit"]
    moved = (nights > 4) & (rng.random(spells.height) < rates.MOVED_WARD)
    cut = spells["admit"] + np.maximum(
        1, np.floor(nights * rng.uniform(0.2, 0.8, spells.height)).astype(np.int64)
    )
    parent, number = repeat(1 + moved.astype(np.int64))
    split = np.where(moved, cut, spells["leave"])[parent]
    rows = Rows(
        spell=spells["id"][parent],
        spell_row=parent,
        trust=spells["trust"][parent],
        person=spells["person"][parent],
        number=number + 1,
        start=np.where(number == 0, spells["admit"][parent], split),
        stop=np.where(number == 0, split, spells["leave"][parent]),
        ward=np.where((number == 0) | (rng.random(len(parent)) < 0.5), "01", "03").astype(object),
    )
    return draws.identify(block, rows)
