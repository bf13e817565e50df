"""``wsic risk train``: from a built warehouse to a versioned model, as seeds that the night scores with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from pipeline import progress
from pipeline.errors import UsageError, one_of
from pipeline.risk.card import Line, measured
from pipeline.risk.features import HOSPITAL_GP, VARIANTS, Day, Floats, read_days
from pipeline.risk.fit import Model, calibrate, fit
from pipeline.risk.seeds import Trained, write_seeds

TRAINED_ON = ("own", "synthetic")
_LEAST_ADMITTED = 200  # about ten an effective feature of those that carry the model


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRules:
    """How a model is trained: ``seed`` splits the people, ``strength`` is the inverse of the ridge penalty.

    ``variant`` says from which sources, ``trained_on`` whose records these are; what was trained on invented
    people decides about nobody.
    """

    seed: int = 1
    strength: float = 1.0
    variant: str = HOSPITAL_GP
    trained_on: str = "synthetic"


@dataclass(frozen=True, slots=True)
class _Split:
    fitted: tuple[Day, Floats]
    calibrated: tuple[Day, Floats]
    tried: tuple[Day, Floats]
    word: str


def train_risk_model(
    database: Path, out: Path, rules: TrainingRules, *, beside: Path | None = None
) -> tuple[Trained, list[Line]]:
    """Train on ``database``, a warehouse that dbt built, and write the seeds to ``out``.

    The rows of the other variant are taken over from the seeds in ``beside``, or else from those in ``out``.
    Raises :class:`UsageError` where the warehouse has no features of the variant, its history is too short or
    holds too few admissions.
    """
    if rules.variant not in VARIANTS:
        raise UsageError(one_of("variant", rules.variant, VARIANTS))
    if rules.trained_on not in TRAINED_ON:
        raise UsageError(one_of("trained_on", rules.trained_on, TRAINED_ON))
    progress.step("reading features", number=1, of=3)
    split = _split(read_days(database, rules.seed, rules.variant))
    day, chosen = split.fitted
    admitted = int(day.outcome[chosen == 1].sum())
    if admitted < _LEAST_ADMITTED:
        raise UsageError(f"training needs {_LEAST_ADMITTED} people who were admitted; found {admitted}")
    progress.step("fitting", number=2, of=3)
    model = calibrate(fit(day, chosen, strength=rules.strength), *split.calibrated)
    progress.step("trying it", number=3, of=3)
    tried, among = split.tried
    lines = list(measured(tried, among, model.chance(tried.values)))
    trained = Trained(
        variant=rules.variant, model=model, model_version=_digest(model), trained_on=rules.trained_on,
        reference_day=day.reference_day, tried_on=tried.reference_day, split=split.word,
        people=int((chosen == 1).sum()), admitted=admitted, seed=rules.seed,
        library=f"scikit-learn {version('scikit-learn')}",
    )  # fmt: skip
    write_seeds(out, trained, lines, beside=beside or out)
    return trained, lines


def _split(days: dict[str, Day]) -> _Split:
    """By time where the year before is known too: fitted on the earlier day, tried on all of the recent one.

    Else by people, of the recent day alone: 60 per cent to fit, 20 to calibrate, 20 to try.
    """
    recent = days.get("recent")
    if recent is None:
        raise UsageError("the warehouse has no recent reference day; build it again")
    if "earlier" in days:
        earlier = days["earlier"]
        return _Split(
            (earlier, _between(earlier, 0.0, 0.75)),
            (earlier, _between(earlier, 0.75, 1.0)),
            (recent, _between(recent, 0.0, 1.0)),
            "time",
        )
    return _Split(
        (recent, _between(recent, 0.0, 0.6)),
        (recent, _between(recent, 0.6, 0.8)),
        (recent, _between(recent, 0.8, 1.0)),
        "people",
    )


def _between(day: Day, low: float, high: float) -> Floats:
    return ((day.place >= low) & (day.place < high)).astype(np.float64)


def _digest(model: Model) -> str:
    """Of all that scores, in twelve letters: two models with one version score alike.

    Without a figure: the version stands in everybody's row, where a day would be the birth date of some.
    """
    numbers = np.concatenate([model.coefficients, model.caps, [model.intercept, model.slope, model.shift]])
    text = " ".join((*model.names, *(f"{number:.6f}" for number in numbers)))
    return "".join(chr(ord("a") + byte % 26) for byte in hashlib.sha256(text.encode()).digest()[:12])
