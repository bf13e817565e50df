"""Whether the groups are alike: differences of means in standard deviations, before and after matching."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluation.match import Floats

LARGEST_DIFFERENCE = 0.1  # Austin, Statistics in Medicine 2009;28:3083-107


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """One covariate: the standardised difference of its means, who got it less who did not."""

    covariate: str
    difference_before: float
    difference_after: float

    @property
    def is_alike(self) -> bool:
        """Whether what is left of the difference is negligible."""
        return abs(self.difference_after) < LARGEST_DIFFERENCE


def balance(
    names: Sequence[str], values: Floats, is_treated: NDArray[np.bool_], weight: Floats
) -> list[Balance]:
    """Of every covariate; ``weight`` is 0 of who was not matched. Both differences are in the standard
    deviations of before, so that they can be compared."""
    had, had_not = values[is_treated], values[~is_treated]
    spread = np.sqrt((had.var(axis=0) + had_not.var(axis=0)) / 2)
    spread = np.where(spread > 0, spread, 1)
    before = (had.mean(axis=0) - had_not.mean(axis=0)) / spread
    after = (
        np.average(had, axis=0, weights=weight[is_treated])
        - np.average(had_not, axis=0, weights=weight[~is_treated])
    ) / spread
    return [
        Balance(covariate=name, difference_before=float(first), difference_after=float(second))
        for name, first, second in zip(names, before, after, strict=True)
    ]
