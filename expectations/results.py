"""The outcome of one rule on one batch: counts only."""

from __future__ import annotations

from dataclasses import dataclass

CRITICAL = "critical"  # broken: nothing of this run is published
WARNING = "warning"  # broken: recorded and shown, published all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What one rule found.

    ``failed_in`` names the places of the failures (senders, or columns of the product), never a
    value. A rule that could not be judged (``is_judged`` false) has failed, and is critical
    whatever its own severity: what was not checked is not published.
    """

    suite: str
    rule_id: str
    severity: str
    meaning: str
    rows_checked: int
    rows_failed: int
    is_passed: bool
    is_judged: bool = True
    failed_in: str = ""

    @property
    def refuses(self) -> bool:
        """Whether this result stops the publish."""
        return self.severity == CRITICAL and not self.is_passed

    def __str__(self) -> str:
        """One line for the operator: suite, rule, counts, places."""
        if not self.is_judged:
            return f"{self.suite}.{self.rule_id}: could not be judged ({self.meaning})"
        where = f" in {self.failed_in}" if self.failed_in else ""
        counts = f"{self.rows_failed} of {self.rows_checked} failed"
        return f"{self.suite}.{self.rule_id}: {counts}{where} ({self.meaning})"


def refusals(results: list[RuleResult]) -> list[RuleResult]:
    """The results that stop the publish, in the order of the suites."""
    return [result for result in results if result.refuses]
