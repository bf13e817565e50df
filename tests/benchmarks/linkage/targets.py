"""What the figures are measured against; one that misses its target ends the bench with an error.

Quality is judged at every size; seconds and memory, which are of 2.4 million people on two cores, only there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.benchmarks.linkage import report
from tests.benchmarks.linkage.score import Score

PRECISION, RECALL, RECALL_OF_A_GROUP = 0.9995, 0.995, 0.99
FULL_SIZE = 2_400_000
SECONDS_FROM_NOTHING, PEAK_GB, SECONDS_OF_A_NIGHT, TIMES_SPLINK = 300.0, 12.0, 30.0, 5.0
_missed: list[str] = []


@dataclass(frozen=True, slots=True)
class Judged:
    """One figure: what it was, what it should be, and whether it is."""

    words: str
    measured: str
    target: str
    is_met: bool


def of_quality(whole: Score, groups: Iterable[Score], verified_clashes: int) -> list[Judged]:
    """Identified records at the middle threshold; ``groups``: those of ethnic groups and quintiles count."""
    least = min(
        (group for group in groups if group.group_type in ("ethnic group", "IMD quintile")),
        key=lambda group: group.recall,
    )
    return [
        _least("precision", whole.precision, PRECISION),
        _least("recall", whole.recall, RECALL),
        _least(f"recall of {least.group_type} {least.group_value}", least.recall, RECALL_OF_A_GROUP),
        Judged("links between two verified numbers", str(verified_clashes), "0", not verified_clashes),
    ]


def at_most(words: str, value: float, target: float, unit: str) -> Judged:
    """A figure that must not be more."""
    return Judged(words, f"{value:,.1f} {unit}", f"at most {target:,.0f} {unit}", value <= target)


def times(words: str, value: float, target: float) -> Judged:
    """A ratio that must not be less."""
    return Judged(words, f"{value:.2f} times", f"at least {target:g} times", value >= target)


def show(title: str, judged: Sequence[Judged]) -> None:
    """Print the figures and remember what missed its target."""
    report.table(
        f"{title}: targets",
        ("figure", "measured", "target", ""),
        [(one.words, one.measured, one.target, "met" if one.is_met else "NOT MET") for one in judged],
    )
    _missed.extend(f"{title}: {one.words}" for one in judged if not one.is_met)


def require_met() -> None:
    """Raise ``SystemExit`` with everything that missed its target."""
    if _missed:
        raise SystemExit("targets not met: " + "; ".join(_missed))


def _least(words: str, share: float, target: float) -> Judged:
    return Judged(words, report.per_cent(share), f"at least {report.per_cent(target)}", share >= target)
