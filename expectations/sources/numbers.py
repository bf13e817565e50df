"""Rules on the completeness of NHS numbers.

The Secondary Uses Service blanks the identity of records under legal restriction; such a blank
counts as valid (NHS England, national data quality standard), and so do records marked restricted.
"""

from __future__ import annotations

from expectations.results import CRITICAL, WARNING
from expectations.rules import Limit, Rule, each_row
from expectations.thresholds import NUMBER_COLLAPSE

_MEANING = "records carry a valid NHS number, or a reason to withhold it"


def of_people(limit: Limit, collapse: Limit = NUMBER_COLLAPSE) -> tuple[Rule, ...]:
    """The standard ``limit`` and the collapse, over the people of a source."""
    return tuple(
        each_row(
            rule_id,
            severity,
            _MEANING,
            table="patient",
            failed="not has_number and not is_restricted",
            limit=held_to,
        )
        for rule_id, severity, held_to in (
            ("number_complete", WARNING, limit),
            ("number_complete_collapse", CRITICAL, collapse),
        )
    )


def of_activity(name: str, activity_type: str, limit: Limit) -> tuple[Rule, ...]:
    """The standard ``limit`` and the collapse, over one kind of activity."""
    return tuple(
        Rule(
            rule_id=rule_id,
            severity=severity,
            meaning=f"{name}: {_MEANING}",
            table="event_tally",
            relation=f"(select * from {{batch}} where kind = '{activity_type}')",
            rows_checked="sum(events)",
            rows_failed="sum(without_number)",
            is_failing="without_number > 0",
            place="sender",
            limit=held_to,
        )
        for rule_id, severity, held_to in (
            (f"number_complete_{name}", WARNING, limit),
            (f"number_complete_{name}_collapse", CRITICAL, NUMBER_COLLAPSE),
        )
    )
