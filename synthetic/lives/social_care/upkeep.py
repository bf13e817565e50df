"""What becomes of support: reviews, ends, prices."""

from __future__ import annotations

import numpy as np

from synthetic.days import NEVER, YEAR, working_day
from synthetic.lives.social_care.words import COMMUNITY, COMPONENTS, NURSING, RESIDENTIAL, REVIEW, SERVICE
from synthetic.people import Block
from synthetic.rates import social_care as rates
from synthetic.rates.conditions import INDEX as CONDITION
from synthetic.rows import Rows, stack


def lived(block: Block, rows: Rows) -> Rows:
    """Events of people alive and here; services end with death or departure; nothing after the end."""
    last = np.minimum(block.rows["death"], block.rows["left_on"])[rows["person"]]
    rows = rows.take(
        (rows["start"] < last)
        & (rows["start"] <= block.span.end)
        & (rows["start"] > block.rows["birth"][rows["person"]] + 17 * YEAR)
        & (rows["start"] >= block.rows["came_on"][rows["person"]])
    )
    last = np.minimum(block.rows["death"], block.rows["left_on"])[rows["person"]]
    died = block.rows["death"][rows["person"]] == last
    cut = last < rows["stop"]
    rows["stop"] = np.minimum(rows["stop"], last)
    rows["outcome"] = np.where(cut & (last < NEVER), np.where(died, 6, 10), rows["outcome"])
    return rows


def reviews(rng: np.random.Generator, block: Block, rows: Rows) -> Rows:
    long = rows.take((rows["kind"] == SERVICE) & np.isin(rows["service"], [COMMUNITY, RESIDENTIAL, NURSING]))
    parts = []
    for year in range(block.span.years + 1):
        day = working_day(long["start"] + 365 * year + rng.integers(40, 360, long.height))
        held = (day >= block.span.start) & (day <= np.minimum(long["stop"], block.span.end))
        held &= rng.random(long.height) < rates.REVIEWED_A_YEAR
        seen = long.take(held)
        seen["start"], seen["stop"] = day[held], day[held] + rng.integers(0, 5, seen.height)
        seen["kind"], seen["outcome"] = np.full(seen.height, REVIEW), np.full(seen.height, 4)
        parts.append(seen)
    return lived(block, stack(parts))


def priced(rng: np.random.Generator, block: Block, rows: Rows) -> Rows:
    """Cost columns of services, the council, delivery mechanism and a spare draw."""
    count = rows.height
    cost = np.array([rates.COSTS.get(name, (0.0, "", 0.0))[0] for name in COMPONENTS])[rows["component"]]
    units = np.array([rates.COSTS.get(name, (0.0, "", 0.0))[2] for name in COMPONENTS])[rows["component"]]
    cost = np.round(cost * rng.lognormal(0, rates.COST_SPREAD, count), 2)
    cost = np.where(rng.random(count) < rates.COST_NEGATIVE, -cost, cost)
    missing = (rng.random(count) < rates.COST_MISSING) | (rows["kind"] != SERVICE)
    rows["cost"] = np.where(missing, np.nan, cost)
    hourly = units > 1
    rows["units"] = np.where(
        missing, np.nan, np.where(hourly, np.maximum(1, np.round(units * rng.gamma(4, 0.25, count))), units)
    )
    blank = rng.random(count) < rates.MECHANISM_BLANK
    direct = rows["component"] == 3
    rows["mechanism"] = np.where(
        blank | (rows["kind"] != SERVICE), 0, np.where(direct, 1, np.where(rng.random(count) < 0.6, 3, 2))
    )
    rows["detail"] = rng.random(count)
    rows["borough"] = block.world.geography.postcode_borough[block.postcode_on(rows["person"], rows["start"])]
    mild = block.onset[rows["person"], CONDITION["dementia"]] <= rows["start"]
    rows["dementia"] = mild
    rows["reason"] = np.select(
        [
            rows["cared_for"] >= 0,
            block.with_condition("learning_disability")[rows["person"]],
            mild,
            block.with_condition("serious_mental_illness")[rows["person"]],
        ],
        [4, 3, 2, 5],
        default=rows["person"] % 2,
    )
    return rows
