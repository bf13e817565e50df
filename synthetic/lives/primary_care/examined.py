"""What is coded in a consultation: the reason, and what was measured."""

from __future__ import annotations

import numpy as np

from synthetic.lives.primary_care.codes import CODE
from synthetic.lives.primary_care.entries import Entries
from synthetic.people import Block
from synthetic.rates import primary_care as rates
from synthetic.rows import Array, Rows


def symptoms(rng: np.random.Generator, parts: Entries, held: Rows) -> None:
    symptom = np.array([CODE[key] for key in rates.SYMPTOMS])[
        rng.integers(0, len(rates.SYMPTOMS) - 1, held.height)
    ]
    parts.add(held["person"], held["day"], symptom, consultation=held["id"])


def measures(rng: np.random.Generator, block: Block, parts: Entries, held: Rows) -> None:
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
