"""General practice: consultations and what is coded in and beside them."""

from __future__ import annotations

import numpy as np

from synthetic.days import NEVER, working_day
from synthetic.lives import draws
from synthetic.people import Block
from synthetic.rates import primary_care as rates
from synthetic.rates.conditions import CONDITIONS
from synthetic.rows import Array, Rows

CODE_KEYS = (
    *rates.CODES,
    *(f"condition:{c.id}" for c in CONDITIONS),
    *(f"ethnicity:{letter}" for letter in rates.ETHNICITY_CODES),
)
CODE = {key: number for number, key in enumerate(CODE_KEYS)}
"""Number of every GP code in the order of the dictionary that the senders ship."""


def registered(block: Block, person: Array, day: Array) -> Array:
    """Whether each person was registered with a practice on the day."""
    rows = block.rows
    return np.asarray(
        (rows["practice"][person] >= 0)
        & (day >= rows["registered_on"][person])
        & (day < np.minimum(rows["left_on"][person], rows["death"][person]))
    )


def consultations(block: Block) -> Rows:
    """Columns: person, day, minute, contact (index), clinician (0-5), has_slot, booked, id."""
    rng = block.rng("consultations")
    age = block.age(block.span.end - 365)
    rate = draws.by_band(age, rates.AGE_BANDS, rates.CONSULTATIONS_A_YEAR)
    rate = np.where((block.rows["sex"] == 2) & (age >= 18) & (age < 65), rate * rates.WOMEN_FACTOR, rate)
    rate = rate * (0.85 + rates.LONG_TERM_CONDITION_FACTOR * block.long_term)
    rate = rate * rng.gamma(rates.UNEVENNESS, 1 / rates.UNEVENNESS, len(rate))
    rows = draws.events(rng, block, rate, until=block.span.horizon)
    rows["day"] = working_day(rows["day"])
    rows = rows.take(registered(block, rows["person"], rows["day"]))
    count = rows.height
    rows["minute"] = 480 + 5 * rng.integers(0, 120, count)
    rows["contact"] = rng.choice(len(rates.CONTACTS), count, p=[share for _, share in rates.CONTACTS])
    rows["clinician"] = rng.integers(0, 6, count)
    rows["has_slot"] = rng.random(count) < rates.WITH_APPOINTMENT
    rows["is_missed"] = rows["has_slot"] & (rng.random(count) < rates.DID_NOT_ATTEND)
    rows["booked"] = rows["day"] - np.floor(rng.exponential(rates.BOOKED_AHEAD_DAYS, count)).astype(np.int64)
    future = rows["day"] > block.span.end  # kept only as a booked slot
    rows = rows.take(~future | (rows["has_slot"] & (rows["booked"] <= block.span.end)))
    return draws.identify(block, rows)


def observations(block: Block, consulted: Rows) -> Rows:
    """Coded entries: person, day, code, value (nan: none), unit, consultation (id or -1), precision, onset.

    ``precision``: 3 day, 2 month, 1 year. ``is_problem`` marks a long-term condition's first entry.
    """
    rng = block.rng("observations")
    held = consulted.take(~consulted["is_missed"] & (consulted["day"] <= block.span.end))
    parts = _Parts(block)
    _symptoms(rng, parts, held)
    _measures(rng, block, parts, held)
    _conditions(rng, block, parts)
    _preventive(rng, block, parts)
    _statuses(rng, block, parts)
    return parts.rows()


class _Parts:
    """Collects entries of several kinds into one table."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.parts: list[dict[str, Array]] = []

    def add(
        self,
        person: Array,
        day: Array,
        code: Array | str,
        value: Array | None = None,
        unit: str = "",
        *,
        consultation: Array | None = None,
        precision: Array | None = None,
    ) -> None:
        """Add entries; ``code`` is a key of :data:`CODE` or numbers of it."""
        count = len(person)
        self.parts.append(
            {
                "person": person,
                "day": day.astype(np.int64),
                "code": np.full(count, CODE[code]) if isinstance(code, str) else code,
                "value": np.full(count, np.nan) if value is None else value,
                "unit": np.full(count, unit, dtype=object),
                "consultation": np.full(count, -1) if consultation is None else consultation,
                "precision": np.full(count, 3) if precision is None else precision,
            }
        )

    def rows(self) -> Rows:
        """Everything added, of people with a practice, by person and day, with ids."""
        rows = Rows({name: np.concatenate([part[name] for part in self.parts]) for name in self.parts[0]})
        rows = rows.take(
            (self.block.rows["practice"][rows["person"]] >= 0) & (rows["day"] <= self.block.span.end)
        )
        rows = rows.take(np.lexsort((rows["code"], rows["day"], rows["person"])))
        return draws.identify(self.block, rows)


def _symptoms(rng: np.random.Generator, parts: _Parts, held: Rows) -> None:
    symptom = np.array([CODE[key] for key in rates.SYMPTOMS])[
        rng.integers(0, len(rates.SYMPTOMS) - 1, held.height)
    ]
    parts.add(held["person"], held["day"], symptom, consultation=held["id"])


def _measures(rng: np.random.Generator, block: Block, parts: _Parts, held: Rows) -> None:
    person = held["person"]
    age = (held["day"] - block.rows["birth"][person]) / 365.25
    adult, ill = age >= 18, block.long_term[person] > 0

    def some(who: Array, chance: float) -> Rows:
        return held.take(who & (rng.random(held.height) < chance))

    def measure(who: Array, chance: float, code: str, mean: float, spread: float, unit: str) -> None:
        rows = some(who, chance)
        value = np.round(np.maximum(rng.normal(mean, spread, rows.height), mean / 3), 1)
        parts.add(rows["person"], rows["day"], code, value, unit, consultation=rows["id"])

    pressed = some(adult, rates.BLOOD_PRESSURE)
    high = block.with_condition("hypertension")[pressed["person"]]
    top = np.round(rng.normal(np.where(high, 141, 126), 13))
    parts.add(pressed["person"], pressed["day"], "systolic", top, "mm[Hg]", consultation=pressed["id"])
    parts.add(
        pressed["person"],
        pressed["day"],
        "diastolic",
        np.round(top * 0.6 + rng.normal(3, 6, len(top))),
        "mm[Hg]",
        consultation=pressed["id"],
    )
    measure(adult, rates.BODY_MASS, "bmi", 27.4, 5.2, "kg/m2")
    measure(adult & ill, rates.CHOLESTEROL, "cholesterol", 4.8, 1.0, "mmol/L")
    measure(block.with_condition("diabetes")[person], rates.HBA1C, "hba1c", 58, 13, "mmol/mol")
    measure(block.with_condition("ckd")[person], rates.EGFR, "egfr", 46, 10, "mL/min")
    smoked = some(adult, rates.SMOKING)
    habit = (smoked["person"] * 7919 % 100) / 100
    parts.add(
        smoked["person"],
        smoked["day"],
        np.select(
            [habit < 0.12, habit < 0.35], [CODE["smoker"], CODE["ex_smoker"]], default=CODE["never_smoked"]
        ),
        consultation=smoked["id"],
    )
    reviewed = some(ill, rates.MEDICATION_REVIEW)
    parts.add(reviewed["person"], reviewed["day"], "medication_review", consultation=reviewed["id"])
    frail = some((age >= 65) & (block.frailty[person] >= 0.12), rates.FRAILTY)
    index = block.frailty[frail["person"]]
    parts.add(
        frail["person"],
        frail["day"],
        np.select(
            [index >= 0.36, index >= 0.24],
            [CODE["frailty_severe"], CODE["frailty_moderate"]],
            default=CODE["frailty_mild"],
        ),
        np.round(index, 3),
        "{score}",
        consultation=frail["id"],
    )


def _conditions(rng: np.random.Generator, block: Block, parts: _Parts) -> None:
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


def _preventive(rng: np.random.Generator, block: Block, parts: _Parts) -> None:
    rows, span = block.rows, block.span
    everyone = np.arange(rows.height)
    age = block.age(span.end)
    for winter in range(3):
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


def _statuses(rng: np.random.Generator, block: Block, parts: _Parts) -> None:
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
