"""NHS numbers for people who do not exist: the 999 range, with a true check digit.

Numbers from 9000000000 on are never issued (NHS Data Dictionary, NHS NUMBER; the 999 range is the
usual one for test data). The range holds 909,091 valid numbers; an economy that needs more
goes on with 998, 997 and so on, which are never issued either.
"""

from __future__ import annotations

import numpy as np

from synthetic.rows import Array

WEIGHTS = np.arange(10, 1, -1)


def check_digits(stems: Array) -> Array:
    """Check digit of nine-digit ``stems``; 10 where no number exists (NHS Data Dictionary)."""
    digits = (stems[:, None] // 10 ** np.arange(8, -1, -1)) % 10
    return np.asarray((11 - (digits * WEIGHTS).sum(axis=1) % 11) % 11)


def valid_numbers(prefix: int) -> Array:
    """Every valid ten-digit number that begins with the three digits ``prefix``."""
    stems = prefix * 1_000_000 + np.arange(1_000_000, dtype=np.int64)
    checks = check_digits(stems)
    return (stems * 10 + checks)[checks < 10]


def draw(rng: np.random.Generator, count: int) -> Array:
    """``count`` different valid numbers in random order, from 999 downwards."""
    prefix, pools, size = 999, [], 0
    while size < count:
        pools.append(rng.permutation(valid_numbers(prefix)))
        size += len(pools[-1])
        prefix -= 1
    return np.concatenate(pools)[:count]
