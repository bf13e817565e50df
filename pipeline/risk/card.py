"""The model card: how well the scores foretell, for people whom the model has not seen."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.risk.features import GROUPS, Day, Floats

_TOP_SHARES = (0.005, 0.01, 0.05)
_LEAST_PEOPLE = 100  # a smaller group, or one with fewer admissions than below, is not measured
_LEAST_ADMITTED = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One measure of the card; ``group_type`` all for everybody.

    ``people`` and ``value`` are null of a group that is too small to be spoken of.
    """

    measure: str
    group_type: str
    group_value: str
    people: int | None
    value: float | None


def measured(day: Day, chosen: Floats, chance: Floats) -> Iterator[Line]:
    """Every line of the card for the people that ``chosen`` marks, by their calibrated ``chance``."""
    is_chosen = chosen == 1
    outcome, said = day.outcome[is_chosen], chance[is_chosen]
    yield from _of_group("all", "all", outcome, said)
    yield from _of_the_top(outcome, said)
    yield from _of_tenths(outcome, said)
    for name in GROUPS:
        members = day.groups[name][is_chosen]
        for group in sorted(set(members)):
            inside = np.asarray(members == group)
            yield from _of_group(name, str(group), outcome[inside], said[inside])


def area_under_curve(outcome: Floats, chance: Floats) -> float | None:
    """Chance that who was admitted had a higher score than who was not; a tie counts half.

    Null where one of the two has nobody.
    """
    from scipy.stats import rankdata

    n_yes = int(outcome.sum())
    n_no = len(outcome) - n_yes
    if not n_yes or not n_no:
        return None
    ranks = rankdata(chance)
    return float((ranks[outcome == 1].sum() - n_yes * (n_yes + 1) / 2) / (n_yes * n_no))


def _of_group(kind: str, group: str, outcome: Floats, said: Floats) -> Iterator[Line]:
    people = len(outcome)
    if people < _LEAST_PEOPLE or outcome.sum() < _LEAST_ADMITTED:
        yield Line("too_few_to_say", kind, group, None, None)
        return
    yield Line("auc", kind, group, people, _rounded(area_under_curve(outcome, said)))
    yield Line("observed_rate", kind, group, people, _rounded(float(outcome.mean())))
    yield Line("predicted_rate", kind, group, people, _rounded(float(said.mean())))


def _of_the_top(outcome: Floats, said: Floats) -> Iterator[Line]:
    order = _ranked(said)
    for share in _TOP_SHARES:
        top = order[: math.ceil(round(len(order) * share, 6))]
        name = f"top_{share * 100:g}_per_cent"
        yield Line("ppv", "all", name, len(top), _rounded(float(outcome[top].mean())))
        found = float(outcome[top].sum() / outcome.sum()) if outcome.sum() else None
        yield Line("sensitivity", "all", name, len(top), _rounded(found))


def _of_tenths(outcome: Floats, said: Floats) -> Iterator[Line]:
    for n, tenth in enumerate(np.array_split(_ranked(said)[::-1], 10), start=1):
        if len(tenth):
            name = f"tenth_{n:02d}"
            yield Line("predicted_rate", "all", name, len(tenth), _rounded(float(said[tenth].mean())))
            yield Line("observed_rate", "all", name, len(tenth), _rounded(float(outcome[tenth].mean())))


def _ranked(said: Floats) -> NDArray[np.intp]:
    """Highest first; of equal scores, the order of the rows."""
    return np.argsort(-said, kind="stable")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
