"""Days as whole numbers since 1970-01-01, and how a day looks where it is rendered.

Dates stay numbers until a sender's file is written: they add, compare and mask as numbers do.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from synthetic.rows import Array

EPOCH = date(1970, 1, 1)
NEVER = 100_000
"""A day after every other (in the year 2243): what has not happened."""
YEAR = 365.25


def day_of(value: date) -> int:
    """Number of the day."""
    return (value - EPOCH).days


def date_of(day: int) -> date:
    """Date of the day number."""
    return EPOCH + timedelta(days=int(day))


def working_day(days: Array) -> Array:
    """The same day, or the Monday after it if it falls on a weekend."""
    weekday = (days + 3) % 7  # day 0 was a Thursday; Monday = 0
    return days + np.where(weekday == 5, 2, np.where(weekday == 6, 1, 0))


def uniform_between(rng: np.random.Generator, low: Array, high: Array) -> Array:
    """A day from ``low`` up to, but not including, ``high`` (``low`` where they meet)."""
    span = np.maximum(high - low, 1)
    return np.asarray(low + np.floor(rng.random(len(low)) * span).astype(np.int64))
