"""The Great Expectations expectation that every rule becomes: counts held to a limit."""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.metadata_types import FailureSeverity

from expectations.rules import Limit, Rule


class ExpectCountsWithinLimit(UnexpectedRowsExpectation):
    """Expect the failed rows that a statement counts to stay within a rule's limit.

    The stock expectation fetches the offending rows themselves; this one's statement yields one
    row of counts, so offending values are never read out of the database.
    """

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.table",)

    failed_share: float = 0.0
    minimum_rows: int = 0
    rise: float | None = None
    fall: float | None = None
    checked_before: int | None = None
    failed_before: int | None = None

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        counts = metrics["unexpected_rows_query.table"][0]
        checked, failed = counts["rows_checked"], counts["rows_failed"]
        return {
            "success": self._is_within(checked, failed),
            "result": {"observed_value": failed, "details": counts},
        }

    def _is_within(self, checked: int, failed: int) -> bool:
        before = None if self.checked_before is None else (self.checked_before, self.failed_before or 0)
        limit = Limit(
            failed_share=self.failed_share,
            minimum_rows=self.minimum_rows,
            rise=self.rise,
            fall=self.fall,
            source="",
        )
        return is_within(limit, checked, failed, before)


def is_within(limit: Limit, checked: int, failed: int, before: tuple[int, int] | None) -> bool:
    """Whether the counts keep the limit; ``before`` are the counts of the last run.

    A rule with ``rise`` or ``fall`` judges the change only, one without them the share itself.
    """
    if limit.fall is not None:
        return before is None or before[0] < limit.minimum_rows or checked >= before[0] * (1 - limit.fall)
    if limit.rise is not None:
        return (
            before is None
            or _is_too_few(limit, checked, before)
            or (failed / checked - before[1] / before[0] <= limit.rise)
        )
    return failed == 0 or (
        checked > 0 and (checked < limit.minimum_rows or failed / checked <= limit.failed_share)
    )


def _is_too_few(limit: Limit, checked: int, before: tuple[int, int]) -> bool:
    return min(checked, before[0]) < max(limit.minimum_rows, 1)


def expectation(rule: Rule, before: tuple[int, int] | None) -> ExpectCountsWithinLimit:
    """The rule as an expectation, with its severity and the last run's counts."""
    return ExpectCountsWithinLimit(
        unexpected_rows_query=_braced(rule.query),
        severity=FailureSeverity(rule.severity),
        description=rule.meaning,
        meta={"rule_id": rule.rule_id, "limit": rule.limit.source},
        failed_share=rule.limit.failed_share,
        minimum_rows=rule.limit.minimum_rows,
        rise=rule.limit.rise,
        fall=rule.limit.fall,
        checked_before=before[0] if before else None,
        failed_before=before[1] if before else None,
    )


def _braced(query: str) -> str:
    """The statement with every brace doubled except those of ``{batch}``, as GX formats it."""
    return query.replace("{", "{{").replace("}", "}}").replace("{{batch}}", "{batch}")
