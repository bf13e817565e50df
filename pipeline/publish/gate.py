"""The gate before publishing: only what this run's checks judged, unchanged, and let through."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from expectations.rules import Suite
from pipeline.checks import ARRIVED, is_checked
from pipeline.errors import ChecksRefusedError
from pipeline.ledger import Ledger


def require_passed(ledger: Ledger, run_id: str, product: str, *, suites: Iterable[Suite]) -> None:
    """Raise :class:`ChecksRefusedError` unless the ledger says that all checks ran and none refused.

    A missing result is as good as a failed one: every rule of ``suites`` must have its row, and
    what arrived must have been judged too.
    """
    found = {
        (row["suite"], row["rule_id"]): row
        for row in ledger.query(
            "select suite, rule_id, severity, rows_checked, rows_failed, is_passed from rule_result "
            "where run_id = ? and product in (?, ?)",
            (run_id, ARRIVED, product),
        )
    }
    if not any(suite.startswith("arrived.") for suite, _ in found):
        raise ChecksRefusedError(f"{product}: what arrived was not checked by run {run_id}")
    missing = [
        f"{suite.word}.{rule.rule_id}"
        for suite in suites
        for rule in suite.rules
        if (suite.word, rule.rule_id) not in found
    ]
    if missing:
        raise ChecksRefusedError(f"{product}: not checked by run {run_id}: {', '.join(missing)}")
    broken = [
        f"{suite}.{rule_id} ({row['rows_failed']} of {row['rows_checked']})"
        for (suite, rule_id), row in sorted(found.items())
        if row["severity"] == "critical" and not row["is_passed"]
    ]
    if broken:
        raise ChecksRefusedError(f"{product}: critical rules failed in run {run_id}: {', '.join(broken)}")


def require_unchanged(database: Path, run_id: str, product: str) -> None:
    """Raise :class:`ChecksRefusedError` unless the database is the very one that was judged."""
    if not is_checked(database, run_id):
        raise ChecksRefusedError(
            f"{product}: {database.name} is not the state that run {run_id} checked; check it again"
        )
