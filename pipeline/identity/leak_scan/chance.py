"""Whether what was found is more than chance gives.

Ten digits in a row within a longer number, or a count of days that happens to be somebody's age, are found in
any large table sooner or later. How many chance gives is worked out for each column from what stands in it;
what was found is then held against a Poisson distribution of that mean.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, lgamma, log

from duckdb import DuckDBPyConnection

# A column is refused where chance gives as many as were found less than once in a million columns.
RARE = 1e-6
# Where chance gives less than one find in a hundred columns, a single one refuses.
QUIET = 0.01


def is_beyond_chance(found: int, by_chance: float) -> bool:
    """Whether ``found`` values are more than a column shows in which ``by_chance`` are to be expected."""
    return found > 0 and tail(found, by_chance) < RARE


def stands_out(found: int, by_chance: float) -> bool:
    """The same, and whether anything is found where hardly anything can be by chance."""
    return found > 0 and (by_chance < QUIET or is_beyond_chance(found, by_chance))


def tail(found: int, mean: float) -> float:
    """Probability of ``found`` or more in a Poisson distribution; 1 where that many are to be expected."""
    if found <= mean:
        return 1.0
    if mean <= 0:
        return 0.0
    term = exp(found * log(mean) - mean - lgamma(found + 1))
    total, count = 0.0, found
    while term > total * 1e-12:
        total += term
        count += 1
        term *= mean / count
    return min(total, 1.0)


def weigh(connection: DuckDBPyConnection, is_leak: Callable[[int, float], bool]) -> None:
    """Take from ``weighed`` to ``found`` what is more than chance; empties it."""
    rows = connection.execute("from weighed").fetchall()
    for kind, place, found, by_chance in rows:
        if is_leak(found, by_chance):
            connection.execute("insert into found values (?, ?, ?)", [kind, place, found])
    connection.execute("delete from weighed")
