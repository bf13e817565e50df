"""A trained model as rows: three seeds of the dbt project, which a site's own model replaces."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.risk.card import Line
from pipeline.risk.features import VARIANTS
from pipeline.risk.fit import Model

MODEL_ID = "emergency_admission_12_months"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A model and its account: days as YYYY-MM-DD, counts of the people that it was fitted on."""

    variant: str
    model: Model
    model_version: str
    trained_on: str
    reference_day: str
    tried_on: str
    split: str
    people: int
    admitted: int
    seed: int
    library: str


def write_seeds(out: Path, trained: Trained, lines: Sequence[Line], *, beside: Path) -> None:
    """Write ``risk_models.csv``, ``risk_coefficients.csv``, ``risk_card.csv``: each whole or not at all.

    Rows of the other variant are those of the seeds in ``beside``, byte for byte.
    """
    out.mkdir(parents=True, exist_ok=True)
    named = {"model_id": MODEL_ID, "variant": trained.variant, "model_version": trained.model_version}
    model = trained.model
    tables: dict[str, list[dict[str, object]]] = {
        "risk_coefficients.csv": [
            {**named, "feature": name, "coefficient": f"{coefficient:.6f}", "cap": f"{cap:.6f}"}
            for name, coefficient, cap in zip(model.names, model.coefficients, model.caps, strict=True)
        ],
        "risk_card.csv": [
            {**named, "measure": line.measure, "group_type": line.group_type, "group_value": line.group_value,
             "people": line.people,  # a null is an empty cell
             "value": None if line.value is None else f"{line.value:.4f}"}
            for line in lines
        ],
        "risk_models.csv": [{
            **named, "trained_on": trained.trained_on, "reference_day": trained.reference_day,
            "tried_on": trained.tried_on, "split": trained.split, "people": trained.people,
            "admitted": trained.admitted, "intercept": f"{model.intercept:.6f}",
            "calibration_slope": f"{model.slope:.6f}", "calibration_intercept": f"{model.shift:.6f}",
            "seed": trained.seed, "library": trained.library,
        }],
    }  # fmt: skip
    whole = {name: [*_kept(beside / name, trained.variant), *rows] for name, rows in tables.items()}
    for name, rows in whole.items():
        _write(out / name, sorted(rows, key=lambda row: VARIANTS.index(str(row["variant"]))))


def _kept(path: Path, variant: str) -> list[dict[str, object]]:
    """Rows of the other variant; none where there is no such file yet."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [dict(row) for row in csv.DictReader(file) if row["variant"] != variant]


def _write(path: Path, rows: Sequence[dict[str, object]]) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with fresh.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
