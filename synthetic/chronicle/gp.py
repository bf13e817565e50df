"""General practice as both systems know it."""

from __future__ import annotations

import numpy as np

from synthetic.chronicle import marks
from synthetic.days import NEVER
from synthetic.lives import medicines, primary_care
from synthetic.people import Block
from synthetic.rates import errors
from synthetic.rates import primary_care as rates
from synthetic.rates.conditions import CONDITIONS
from synthetic.records import gp, identity
from synthetic.rows import Rows, stack

KEPT_CODES = (
    "type_1_dissent",
    "type_1_withdrawn",
    "penicillin_allergy",
    "nut_allergy",
    "housebound",
    "nursing_home",
    "residential_home",
    "palliative",
)


def add(block: Block, tables: dict[str, Rows], planted: list[Rows]) -> None:
    """Add gp_registration, gp_patient, gp_consultation, gp_observation, gp_authorisation, gp_issue."""
    rng = block.rng("gp records")
    register(block, rng, tables, planted)
    consulted = primary_care.consultations(block)
    observed = primary_care.observations(block, consulted)
    written, issued = medicines.make(block, consulted)
    tables["gp_consultation"] = _consultations(block, rng, consulted)
    tables["gp_observation"] = _observations(block, rng, observed)
    tables["gp_authorisation"] = _placed(block, written)
    issued = _placed(block, issued)
    issued["deleted_on"] = marks.deleted_on(rng, block, issued["visible"])
    tables["gp_issue"] = issued


def register(block: Block, rng: np.random.Generator, tables: dict[str, Rows], planted: list[Rows]) -> None:
    """Add gp_registration and gp_patient: who is on whose list, and how the practice wrote them down."""
    regs = gp.registrations(block)
    patients = gp.patients(block, regs)
    patients["record"] = np.arange(patients.height)
    errors_made = identity.write_down(block, rng, patients, errors.GP)
    marks.of_records(
        block,
        patients,
        "death",
        "is_test",
        "is_confidential",
        "is_sensitive",
        "household",
        "in_care_home",
        "former_surname",
    )
    planted.append(marks.planted_rows(errors_made, source="gp", table="gp_patient"))
    regs["reg_order"] = regs.pop("order")
    tables["gp_registration"], tables["gp_patient"] = _visible(block, regs), _visible(block, patients)


def _visible(block: Block, rows: Rows) -> Rows:
    """Rows of EMIS, and of TPP practices that made themselves visible to the feed."""
    shares = block.world.practices["shares"][rows["practice"]]
    return rows.take(rows["is_emis"] | shares)


def _placed(block: Block, rows: Rows) -> Rows:
    """Rows with the record and practice that hold them, and the day they can be seen from."""
    rows["rec"], rows["practice"], rows["is_emis"], rows["visible"] = gp.record_of(
        block, rows["person"], rows["day"]
    )
    rows = _visible(block, rows)
    return rows.take(rows["visible"] <= block.span.horizon)


def _consultations(block: Block, rng: np.random.Generator, rows: Rows) -> Rows:
    rows = _placed(block, rows)
    rows["booked_visible"] = np.maximum(
        rows["booked"], rows["visible"] - np.maximum(rows["day"] - rows["booked"], 0)
    )
    rows["deleted_on"] = np.where(
        rows["day"] > block.span.end, NEVER, marks.deleted_on(rng, block, rows["visible"])
    )
    rows["is_confidential"] = marks.sometimes(rng, rows.height, errors.CONFIDENTIAL_ROWS) & rows["is_emis"]
    return rows


def _observations(block: Block, rng: np.random.Generator, rows: Rows) -> Rows:
    rows = _placed(block, rows)
    conditions = np.arange(len(CONDITIONS)) + primary_care.CODE[f"condition:{CONDITIONS[0].id}"]
    kept = [primary_care.CODE[key] for key in KEPT_CODES]
    rows = stack([rows, gp.carried_over(block, rows, np.isin(rows["code"], [*conditions, *kept]))])
    rows = _visible(block, rows)
    late = marks.sometimes(rng, rows.height, rates.ENTERED_LATE) & (rows["precision"] == 3)
    rows["entered"] = rows["day"] + np.where(late, rng.integers(1, 6, rows.height), 0)
    rows["visible"] = np.maximum(rows["visible"], rows["entered"])
    rows["deleted_on"] = marks.deleted_on(rng, block, rows["visible"])
    rows["is_confidential"] = marks.sometimes(rng, rows.height, errors.CONFIDENTIAL_ROWS) & rows["is_emis"]
    resolved = np.isin(rows["code"], conditions) & (rng.random(rows.height) < 0.02)
    rows["resolved"] = np.where(
        resolved, np.maximum(rows["visible"] + 1, block.span.end - rng.integers(0, 300, rows.height)), NEVER
    )
    return rows
