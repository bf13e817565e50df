"""Moves of house and of practice, arrivals and departures."""

from __future__ import annotations

import numpy as np

from synthetic.days import NEVER, YEAR, uniform_between
from synthetic.people.households import TYPES
from synthetic.rates import population as rates
from synthetic.rows import Array, Rows
from synthetic.span import Span
from synthetic.world import World, practices_of


def add(rng: np.random.Generator, world: World, rows: Rows, span: Span) -> None:
    """Add moved_on, postcode_now, came_on, left_on, practice, practice_now, switched_on, registered_on.

    ``practice`` and ``practice_now`` are indexes (-1: never registered); the second holds from
    ``switched_on``. ``came_on`` and ``left_on`` bound the time in North West London.
    """
    _homes(rng, world, rows, span)
    _comings(rng, rows, span)
    _practices(rng, world, rows, span)


def _homes(rng: np.random.Generator, world: World, rows: Rows, span: Span) -> None:
    count, years = rows.height, (span.end - span.start) / YEAR
    homes = int(rows["household"].max()) + 1
    day = uniform_between(rng, np.full(homes, span.start + 30), np.full(homes, span.end + 1))
    together = rng.random(homes) < rates.HOUSEHOLD_MOVES_A_YEAR * years
    together &= np.bincount(rows["household"], rows["type"] == TYPES.index("care_home"), homes) == 0
    target = _targets(rng, world, rows)
    first = np.searchsorted(rows["household"], rows["household"])
    moved_on = np.where(together, day, NEVER)[rows["household"]]
    goal = target[first]
    age = (span.end - rows["birth"]) / YEAR
    alone = (moved_on == NEVER) & (age >= 19) & (age < 35)
    alone &= rng.random(count) < rates.YOUNG_ADULT_MOVES_A_YEAR * years
    moved_on = np.where(
        alone, uniform_between(rng, np.full(count, span.start + 30), np.full(count, span.end + 1)), moved_on
    )
    goal = np.where(alone, target, goal)
    moved = (moved_on < rows["death"]) & (moved_on > rows["birth"]) & (moved_on < NEVER)
    rows["moved_on"] = np.where(moved, moved_on, NEVER)
    born_after = (moved_on < NEVER) & (moved_on <= rows["birth"])  # born into the new home
    rows["postcode"] = np.where(born_after, goal, rows["postcode"])
    rows["postcode_now"] = np.where(moved, goal, rows["postcode"])


def _targets(rng: np.random.Generator, world: World, rows: Rows) -> Array:
    """Another postcode for each person: mostly in the same borough."""
    of = world.geography.postcode_borough
    borough = rows["borough"]
    low, high = np.searchsorted(of, borough), np.searchsorted(of, borough, side="right")
    near = low + np.floor(rng.random(rows.height) * (high - low)).astype(np.int64)
    anywhere = rng.integers(0, len(of), rows.height)
    return np.where(rng.random(rows.height) < rates.MOVES_WITHIN_BOROUGH, near, anywhere)


def _comings(rng: np.random.Generator, rows: Rows, span: Span) -> None:
    count, years = rows.height, (span.end - span.start) / YEAR
    free = (rows["moved_on"] == NEVER) & ~rows["in_care_home"] & ~rows["is_test"]
    free &= (rows["birth"] < span.start) & (rows["death"] == NEVER)
    draw = rng.random(count)
    comes = free & (draw < rates.ARRIVES_A_YEAR * years)
    leaves = free & ~comes & (draw < (rates.ARRIVES_A_YEAR + rates.LEAVES_A_YEAR) * years)
    leaves &= ~rows["takes_a_place"]
    comes |= rows["takes_a_place"]
    day = uniform_between(rng, np.full(count, span.start + 20), np.full(count, span.end + 1))
    rows["came_on"] = np.where(comes, day, rows["birth"])
    rows["left_on"] = np.where(leaves, day, NEVER)
    came_after = comes & (rows["moved_on"] <= day)  # came to where the household had gone
    rows["postcode"] = np.where(came_after, rows["postcode_now"], rows["postcode"])
    rows["moved_on"] = np.where(came_after, NEVER, rows["moved_on"])


def _practices(rng: np.random.Generator, world: World, rows: Rows, span: Span) -> None:
    count, years = rows.height, (span.end - span.start) / YEAR
    first = np.searchsorted(rows["household"], rows["household"])
    before = _practice_near(rng, world, rows["postcode"])[first]  # a household shares its practice
    after = _practice_near(rng, world, rows["postcode_now"])[first]
    of = world.geography.postcode_borough
    left_borough = of[rows["postcode"]] != of[rows["postcode_now"]]
    chance = np.where(
        left_borough, rates.CHANGES_PRACTICE_WITH_BOROUGH, rates.CHANGES_PRACTICE_WITHIN_BOROUGH
    )
    follows = (rows["moved_on"] < NEVER) & (rng.random(count) < chance)
    unmoved = (
        (rows["moved_on"] == NEVER)
        & (rows["left_on"] == NEVER)
        & (rng.random(count) < rates.CHANGES_PRACTICE_UNMOVED_A_YEAR * years)
    )
    day = np.where(
        follows,
        rows["moved_on"] + np.ceil(rng.exponential(25, count)).astype(np.int64),
        uniform_between(rng, np.full(count, span.start + 30), np.full(count, span.end + 1)),
    )
    lag = np.ceil(rng.exponential(14, count)).astype(np.int64)
    registered = np.where(
        rows["came_on"] > span.start,
        rows["came_on"] + lag,
        np.maximum(rows["birth"] + lag, span.start - rng.integers(200, 6_000, count)),
    )
    registered = np.where(rows["birth"] + lag > registered, rows["birth"] + lag, registered)
    alive_then = (day < rows["death"] - 5) & (day < rows["left_on"]) & (day > registered + 14)
    switches = (follows | unmoved) & alive_then & (after != before) & ~rows["is_test"]
    never = (rng.random(count) < rates.NEVER_REGISTERED * np.where(rows["is_homeless"], 25, 1)) & ~rows[
        "is_test"
    ]
    never |= registered >= np.minimum(rows["death"], span.end)  # died or history ended before registering
    rows["registered_on"] = registered
    rows["switched_on"] = np.where(switches & ~never, day, NEVER)
    rows["practice"] = np.where(never, -1, before)
    rows["practice_now"] = np.where(never, -1, np.where(switches, after, before))


def _practice_near(rng: np.random.Generator, world: World, postcode: Array) -> Array:
    """A practice (index) of the postcode's borough; four in five of an LSOA choose between two."""
    lsoa = world.geography.postcodes["lsoa"][postcode]
    borough = world.geography.lsoas["borough"][lsoa]
    chosen = np.zeros(len(postcode), dtype=np.int64)
    draw = rng.random(len(postcode))
    for number, options in enumerate(practices_of(world)):
        mine = borough == number
        local = (lsoa[mine] * 7 + (draw[mine] < 0.4)) % len(options)
        anywhere = np.floor(draw[mine] * len(options)).astype(np.int64)
        chosen[mine] = options[np.where(draw[mine] < 0.8, local, anywhere)]
    return chosen
