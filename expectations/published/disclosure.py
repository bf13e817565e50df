"""Disclosure control, judged by an attack on what is about to be published.

Of the open product, and of each table of another product that is marked for it.
"""

from __future__ import annotations

from expectations.results import CRITICAL, WARNING
from expectations.rules import Rule, Suite, each_row


def _of_cells(rule_id: str, severity: str, meaning: str, failed: str) -> Rule:
    return each_row(rule_id, severity, meaning, table="disclosure_finding", failed=failed, place="place")


SUITE = Suite(
    word="published.disclosure",
    rules=(
        _of_cells(
            "small_counts_suppressed",
            CRITICAL,
            "no count of 1 to 7, no amount of 1 to 7 people or of mostly one person is shown",
            "is_small_and_shown",
        ),
        _of_cells(
            "shown_as_rounded",
            CRITICAL,
            "every count that is shown is the true one rounded to the nearest 5, the same in every table",
            "is_not_rounded",
        ),
        _of_cells(
            "not_recoverable",
            CRITICAL,
            "no suppressed count can be narrowed by adding up and subtracting what is shown",
            "is_recoverable",
        ),
        _of_cells(
            "not_differenced",
            CRITICAL,
            "no suppressed count can be narrowed by comparing with earlier releases",
            "is_differenced",
        ),
        _of_cells(
            "not_given_away_before",
            WARNING,
            "no count that is suppressed now was given away by earlier releases already",
            "was_given_away",
        ),
    ),
)
MARKED_SUITE = Suite(word="published.controlled", rules=SUITE.rules)
