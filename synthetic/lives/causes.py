"""Draw the cause of an emergency from a person's age and conditions."""

from __future__ import annotations

import numpy as np

from synthetic.people import Block
from synthetic.rates import hospital as rates
from synthetic.rates.causes import AGE_BANDS, CAUSES
from synthetic.rates.conditions import INDEX as CONDITION
from synthetic.rows import Array


def draw(rng: np.random.Generator, block: Block, person: Array, day: Array) -> Array:
    """Index of the cause of each event."""
    band = bands(block, person, day)
    weights = np.array([cause.weights for cause in CAUSES]).T[band]
    for number, cause in enumerate(CAUSES):
        if cause.condition is not None:
            has = block.onset[person, CONDITION[cause.condition]] <= day
            weights[:, number] *= np.where(has, cause.boost, 1.0)
    chance = weights.cumsum(axis=1)
    return np.asarray((rng.random(len(person))[:, None] * chance[:, -1:] > chance).sum(axis=1))


def bands(block: Block, person: Array, day: Array) -> Array:
    """Age band (index) on the day of each event."""
    age = (day - block.rows["birth"][person]) / 365.25
    return np.searchsorted(AGE_BANDS, age, side="right")


def stays(rng: np.random.Generator, cause: Array, age: Array) -> Array:
    """Nights in hospital after an emergency, by cause and age."""
    mean = np.array([c.stay for c in CAUSES])[cause] * np.where(age >= 75, rates.STAY_AGE_FACTOR, 1.0)
    mean = mean * np.where((age >= 65) & (age < 75), 1.2, 1.0)
    long = mean >= 4.5
    same_day = np.where(age >= 65, rates.SAME_DAY_EMERGENCY[1], rates.SAME_DAY_EMERGENCY[0])
    same_day = np.where(long, same_day * 0.25, same_day)
    nights = 1 + np.floor(mean * rng.lognormal(-(rates.STAY_SPREAD**2) / 2, rates.STAY_SPREAD, len(cause)))
    return np.where(rng.random(len(cause)) < same_day, 0, np.minimum(nights, 150)).astype(np.int64)
