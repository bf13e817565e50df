"""A logistic model and its calibration: numbers that SQL can score with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.risk.features import Day, Floats

_DIGITS = 6  # of every number of a model; the card is of the rounded model, which is the one that scores
_NO_CAP = ("age_years", "is_under_5", "years_over_65", "years_over_80", "is_male")
_MOST = 150.0  # cap of what is not counted: above any age


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """``logit = intercept + sum(coefficient * min(value, cap))``; ``chance`` is calibrated."""

    names: tuple[str, ...]
    coefficients: Floats
    caps: Floats
    intercept: float
    slope: float = 1.0
    shift: float = 0.0

    def chance(self, values: Floats) -> Floats:
        """Calibrated probability of an emergency admission within 12 months, a row a person."""
        return _sigmoid(self.slope * self.logit(values) + self.shift)

    def logit(self, values: Floats) -> Floats:
        """What the model says before it is calibrated."""
        capped: Floats = np.minimum(values, self.caps)
        return np.asarray(self.intercept + capped @ self.coefficients, dtype=np.float64)


def fit(day: Day, chosen: Floats, *, strength: float) -> Model:
    """Fit on the people that ``chosen`` marks; features that reach back too far get a coefficient of nought.

    ``strength`` is the inverse of the ridge penalty (scikit-learn's ``C``), on shares of each feature's cap.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    values, outcome = day.values[chosen == 1], day.outcome[chosen == 1]
    caps = _caps(day.names, values)
    usable = np.array([name in set(day.usable) for name in day.names])
    scaled = (np.minimum(values, caps) / caps)[:, usable]
    with threadpool_limits(limits=1):  # sums in one order: the same rows give the same bits
        found = LogisticRegression(C=strength, solver="newton-cholesky", max_iter=200, tol=1e-8).fit(
            scaled, outcome
        )
    coefficients = np.zeros(len(day.names))
    coefficients[usable] = found.coef_[0]
    return Model(
        names=day.names,
        coefficients=np.round(coefficients / caps, _DIGITS),
        caps=caps,
        intercept=round(float(found.intercept_[0]), _DIGITS),
    )


def calibrate(model: Model, day: Day, chosen: Floats) -> Model:
    """Platt's scaling on people that the model was not fitted on: a slope and a shift of the logit."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    logit = model.logit(day.values[chosen == 1]).reshape(-1, 1)
    with threadpool_limits(limits=1):
        found = LogisticRegression(C=np.inf, solver="newton-cholesky", max_iter=200, tol=1e-8).fit(
            logit, day.outcome[chosen == 1]
        )
    return Model(
        names=model.names, coefficients=model.coefficients, caps=model.caps, intercept=model.intercept,
        slope=round(float(found.coef_[0][0]), _DIGITS), shift=round(float(found.intercept_[0]), _DIGITS),
    )  # fmt: skip


def _caps(names: tuple[str, ...], values: Floats) -> Floats:
    """A count adds no more above what 1 person in 1,000 exceeds: one odd record moves no coefficient."""
    counted = np.maximum(1.0, np.quantile(values, 0.999, axis=0, method="higher"))
    return np.where([name in _NO_CAP for name in names], _MOST, counted)


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-values)), dtype=np.float64)
