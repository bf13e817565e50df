"""Rates before and after of both groups, and how they compare, with 95 % intervals.

A rate of single events has the exact interval of a Poisson count (Garwood, Biometrika 1936;28:437-42).
Everything else has percentiles of a bootstrap that draws whole matched sets (Austin and Small, Statistics in
Medicine 2014;33:4306-19): people are drawn with whom they are compared with, so that neither a person's many
events nor the matching itself is taken for chance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.disclosure import disclosed
from pipeline.disclosure.rule import DOMINANT_SHARE, LARGEST_SUPPRESSED
from pipeline.evaluation.match import Floats
from pipeline.evaluation.rules import EVENTS, OUTCOMES, EvaluationRules

_CELLS = ((True, "before"), (True, "after"), (False, "before"), (False, "after"))
_CHUNK = 100  # replicates that are drawn at once
_INTERVAL = (2.5, 97.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """``amount`` in ``years`` of registered people; all null where few people are behind it."""

    outcome: str
    group: str
    stretch: str
    people: int | None
    amount: float | None
    years: float
    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """``measure`` of :data:`MEASURES` with its interval; null where a rate that it rests on is not shown."""

    outcome: str
    measure: str
    value: float | None
    low: float | None
    high: float | None


Columns = Mapping[str, NDArray[np.generic]]
Rates = NDArray[np.float64]
"""Rates in the order of the cells, in the last axis."""


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


MEASURES: Mapping[str, Callable[[Rates], Floats]] = {
    "rate_ratio_after": lambda r: _ratio(r[..., 1], r[..., 3]),
    "ratio_of_changes": lambda r: _ratio(_ratio(r[..., 1], r[..., 0]), _ratio(r[..., 3], r[..., 2])),
    "difference_in_differences": lambda r: (r[..., 1] - r[..., 0]) - (r[..., 3] - r[..., 2]),
    "change_with": lambda r: _ratio(r[..., 1], r[..., 0]),
    "change_without": lambda r: _ratio(r[..., 3], r[..., 2]),
}


def estimate(columns: Columns, rules: EvaluationRules) -> tuple[list[Rate], list[Effect]]:
    """Of every outcome, from a row a matched person and stretch."""
    names = ("years", *OUTCOMES)
    sums = np.stack([_by_set(columns, name) for name in names], axis=1)
    drawn = _replicates(sums, rules)
    rates: list[Rate] = []
    effects: list[Effect] = []
    for place, outcome in enumerate(OUTCOMES, start=1):
        found = _ratio(sums[:, place].sum(axis=0), sums[:, 0].sum(axis=0))
        drawn_rates = _ratio(drawn[:, place], drawn[:, 0])
        of_outcome = [_rate(columns, outcome, cell, drawn_rates[:, n]) for n, cell in enumerate(_CELLS)]
        is_shown = all(rate.rate is not None for rate in of_outcome)
        rates += of_outcome
        effects += [_effect(outcome, measure, found, drawn_rates, is_shown) for measure in MEASURES]
    return rates, effects


def _by_set(columns: Columns, name: str) -> Floats:
    """Weighted sums, a row a set and a column a cell."""
    sets = np.unique(np.asarray(columns["set_id"]), return_inverse=True)[1]
    amount = np.asarray(columns[name], dtype=np.float64) * np.asarray(columns["weight"], dtype=np.float64)
    return np.column_stack(
        [
            np.bincount(sets, weights=amount * _in_cell(columns, cell), minlength=sets.max() + 1)
            for cell in _CELLS
        ]
    )


def _in_cell(columns: Columns, cell: tuple[bool, str]) -> NDArray[np.bool_]:
    is_treated, stretch = cell
    groups, stretches = np.asarray(columns["is_treated"]), np.asarray(columns["stretch"])
    return np.asarray((groups == is_treated) & (stretches == stretch), dtype=bool)


def _replicates(sums: Floats, rules: EvaluationRules) -> Floats:
    """Sums of sets that were drawn with replacement, a row a replicate; few replicates are held at once."""
    generator = np.random.default_rng(rules.seed)
    n_sets = len(sums)
    even = np.full(n_sets, 1 / n_sets)
    sizes = [min(_CHUNK, rules.replicates - start) for start in range(0, rules.replicates, _CHUNK)]
    times = (generator.multinomial(n_sets, even, size=size).astype(np.float64) for size in sizes)
    return np.concatenate([np.tensordot(drawn, sums, axes=1) for drawn in times])


def _rate(columns: Columns, outcome: str, cell: tuple[bool, str], drawn: Floats) -> Rate:
    inside = _in_cell(columns, cell)
    each = np.asarray(columns[outcome], dtype=np.float64)[inside]
    weight = np.asarray(columns["weight"], dtype=np.float64)[inside]
    years = round(float((np.asarray(columns["years"], dtype=np.float64)[inside] * weight).sum()), 1)
    people, amount = disclosed(int(inside.sum())), _shown_amount(each)
    low = high = rate = None
    if amount is not None and people is not None and years > 0:
        is_weighted = bool((weight != 1).any())
        counted = amount if not is_weighted else float((each * weight).sum())
        rate = counted / years
        low, high = _garwood(amount, years) if outcome in EVENTS and not is_weighted else _percentiles(drawn)
    return Rate(
        outcome=outcome, group="with" if cell[0] else "without", stretch=cell[1], people=people,
        amount=amount,         years=years, rate=rate, low=low, high=high,
    )  # fmt: skip


def _shown_amount(each: Floats) -> float | None:
    """A sum as it may be shown: by the rule for counts, and not where few people or one make it up."""
    total = float(each.sum())
    if total == 0:
        return 0.0
    if (each > 0).sum() <= LARGEST_SUPPRESSED or each.max() > DOMINANT_SHARE * total:
        return None
    shown = disclosed(round(total))
    return None if shown is None else float(shown)


def _garwood(events: float, years: float) -> tuple[float, float]:
    from scipy.stats import chi2

    low = float(chi2.ppf(0.025, 2 * events)) / 2 if events else 0.0
    return low / years, float(chi2.ppf(0.975, 2 * events + 2)) / 2 / years


def _percentiles(drawn: Floats) -> tuple[float | None, float | None]:
    """The middle 95 % of what was drawn; none where a twentieth of it cannot be divided."""
    known = drawn[np.isfinite(drawn)]
    if len(known) < 0.95 * len(drawn):
        return None, None
    low, high = np.percentile(known, _INTERVAL)
    return float(low), float(high)


def _effect(outcome: str, measure: str, found: Floats, drawn: Rates, is_shown: bool) -> Effect:
    if not is_shown:
        return Effect(outcome=outcome, measure=measure, value=None, low=None, high=None)
    value = float(MEASURES[measure](found))
    low, high = _percentiles(np.asarray(MEASURES[measure](drawn), dtype=np.float64))
    known = np.isfinite(value)
    return Effect(
        outcome=outcome, measure=measure, value=value if known else None, low=low if known else None,
        high=high if known else None,
    )  # fmt: skip
