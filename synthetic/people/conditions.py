"""Who has which long-term condition, and since when."""

from __future__ import annotations

import numpy as np

from synthetic.days import YEAR
from synthetic.rates.conditions import CONDITIONS, RECORDED_IN_THE_WINDOW_YEARS, Condition
from synthetic.rows import Array, Rows

ASIAN, BLACK = ("F", "H", "J", "K", "L"), ("D", "E", "M", "N", "P")


def prevalence(condition: Condition, *, age: Array, people: Rows, decile: Array) -> Array:
    """Chance that each person has the condition at that age."""
    curve = condition.ceiling / (1 + np.exp(np.clip((condition.middle - age) / condition.spread, -50, 50)))
    curve = np.where(people["sex"] == 1, curve * condition.men, curve)
    curve = curve * condition.deprived ** ((5.5 - decile) / 4.5)
    category = people["ethnic_category"]
    curve = np.where(np.isin(category, ASIAN), curve * condition.asian, curve)
    curve = np.where(np.isin(category, BLACK), curve * condition.black, curve)
    return np.where(age >= condition.youngest, np.minimum(curve, 0.9), 0.0)


def make(rng: np.random.Generator, people: Rows, *, decile: Array, end: int) -> Rows:
    """Rows (person (row of ``people``), condition (index), onset (day)), ordered by person.

    Lifelong conditions begin at birth; the others at a day between the youngest age and the end,
    more often recent than not.
    """
    age = (end - people["birth"]) / YEAR
    has = np.column_stack(
        [
            rng.random(people.height) < prevalence(condition, age=age, people=people, decile=decile)
            for condition in CONDITIONS
        ]
    )
    person, condition = np.nonzero(has)
    youngest = np.array([c.youngest for c in CONDITIONS])[condition]
    first = np.maximum(
        people["birth"][person] + np.ceil(youngest * YEAR).astype(np.int64),
        end - int(RECORDED_IN_THE_WINDOW_YEARS * YEAR),
    )
    onset = first + np.floor(rng.beta(1.4, 1.0, len(person)) * (end - first)).astype(np.int64)
    lifelong = np.array([c.id == "learning_disability" for c in CONDITIONS])[condition]
    onset = np.where(lifelong, people["birth"][person] + int(4 * YEAR), onset)
    return Rows(person=person, condition=condition, onset=np.minimum(onset, end - 1))


def matrix(conditions: Rows, people: int) -> Array:
    """Boolean matrix people x conditions."""
    has = np.zeros((people, len(CONDITIONS)), dtype=bool)
    has[conditions["person"], conditions["condition"]] = True
    return has
