"""What is coded beside consultations: conditions, vaccinations, allergies, wishes, circumstances."""

from __future__ import annotations

import numpy as np

from synthetic.days import NEVER, working_day
from synthetic.lives.primary_care.codes import CODE
from synthetic.lives.primary_care.consulting import registered
from synthetic.lives.primary_care.entries import Entries
from synthetic.people import Block
from synthetic.rates import primary_care as rates
from synthetic.rates.conditions import CONDITIONS
from synthetic.rows import Array


def conditions(rng: np.random.Generator, block: Block, parts: Entries) -> None:
    """The first entry of each long-term condition; older ones now and then to the month or year."""
    found = block.conditions
    old = found["onset"] < block.span.start
    draw = rng.random(found.height)
    precision = np.select(
        [old & (draw < rates.DIAGNOSIS_IMPRECISE / 2), old & (draw < rates.DIAGNOSIS_IMPRECISE)],
        [1, 2],
        default=3,
    )
    first = CODE[f"condition:{CONDITIONS[0].id}"]
    parts.add(found["person"], found["onset"], first + found["condition"], precision=precision)


def preventive(rng: np.random.Generator, block: Block, parts: Entries) -> None:
    rows, span = block.rows, block.span
    everyone = np.arange(rows.height)
    age = block.age(span.end)
    for winter in range(max(3, span.years)):
        day = working_day(span.end - 180 - 365 * winter + rng.integers(0, 60, rows.height))
        chance = np.where(age >= 65, rates.FLU_65, np.where(block.long_term > 0, rates.FLU_AT_RISK, 0.02))
        given = (rng.random(rows.height) < chance) & (day > span.start) & registered(block, everyone, day)
        parts.add(everyone[given], day[given], "flu_vaccine")
    jab = working_day(rows["birth"] + 390 + rng.integers(0, 60, rows.height))
    given = (rng.random(rows.height) < rates.MMR) & (jab > span.start - 4_000) & (jab < rows["death"])
    given &= (jab <= span.end) & (jab < rows["left_on"])
    parts.add(everyone[given], jab[given], "mmr_vaccine")
    at_65 = working_day(rows["birth"] + 65 * 365 + 100 + rng.integers(0, 300, rows.height))
    given = (
        (rng.random(rows.height) < rates.PNEUMOCOCCAL_65) & (at_65 <= span.end) & (at_65 > span.start - 4_000)
    )
    given &= (at_65 < rows["death"]) & (at_65 < rows["left_on"])
    parts.add(everyone[given], at_65[given], "pneumococcal_vaccine")
    for code, chance_of in (
        ("penicillin_allergy", rates.PENICILLIN_ALLERGY),
        ("nut_allergy", rates.NUT_ALLERGY),
    ):
        has = (rng.random(rows.height) < chance_of) & ~rows["is_test"]
        since = rows["birth"] + np.floor(
            rng.random(rows.height) * np.maximum(span.end - rows["birth"], 1)
        ).astype(np.int64)
        has &= (since < rows["death"]) & (since < rows["left_on"])
        parts.add(everyone[has], since[has], code)


def statuses(rng: np.random.Generator, block: Block, parts: Entries) -> None:
    """Ethnic category, objections, homes, frailty's consequences, end of life, the restricted stand-in."""
    rows, span = block.rows, block.span
    everyone = np.arange(rows.height)
    first = CODE[f"ethnicity:{next(iter(rates.ETHNICITY_CODES))}"]
    letters = np.array(list(rates.ETHNICITY_CODES))
    category = first + np.searchsorted(letters, rows["ethnic_category"].astype(str))
    said = (rng.random(rows.height) < 0.93) & ~rows["is_test"]
    parts.add(everyone[said], np.minimum(rows["registered_on"] + 3, rows["death"] - 1)[said], category[said])
    parts.add(*_dated(everyone, rows["dissent_on"]), "type_1_dissent")
    parts.add(*_dated(everyone, rows["withdrawn_on"]), "type_1_withdrawn")
    within = np.maximum(rows["registered_on"], span.start) + rng.integers(1, 200, rows.height)
    alive = (within < rows["death"]) & (within < rows["left_on"]) & ~rows["is_test"]
    nursing = rng.random(rows.height) < 0.4
    parts.add(*_dated(everyone, within, alive & rows["in_care_home"] & nursing), "nursing_home")
    parts.add(*_dated(everyone, within, alive & rows["in_care_home"] & ~nursing), "residential_home")
    frail = alive & (block.frailty >= 0.24)
    parts.add(
        *_dated(everyone, within, frail & (rng.random(rows.height) < rates.HOUSEBOUND_FRAIL)), "housebound"
    )
    parts.add(
        *_dated(everyone, within, frail & (rng.random(rows.height) < rates.CARE_PLAN_FRAIL)), "care_plan"
    )
    carer = alive & (block.age(span.end) >= 30) & (rng.random(rows.height) < rates.CARER)
    parts.add(*_dated(everyone, within, carer), "carer")
    dying = (rows["death"] < NEVER) & (rng.random(rows.height) < 0.5)
    parts.add(*_dated(everyone, rows["death"] - rng.integers(10, 200, rows.height), dying), "palliative")
    women = (rows["sex"] == 2) & alive & (block.age(span.end) > 20) & (block.age(span.end) < 45)
    restricted = women & (rng.random(rows.height) < 2 * rates.RESTRICTED_CODE_A_YEAR)
    parts.add(*_dated(everyone, within, restricted), "restricted")


def _dated(people: Array, day: Array, which: Array | None = None) -> tuple[Array, Array]:
    chosen = (day < NEVER) if which is None else which & (day < NEVER)
    return people[chosen], day[chosen]
