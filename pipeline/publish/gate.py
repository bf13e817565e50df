"""The gate before publishing: only what this run's checks judged, unchanged, and let through."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.checks import is_checked
from pipeline.errors import ChecksRefusedError
from pipeline.gate_results import Wanted
from pipeline.gate_words import ARRIVED
from pipeline.ledger import Ledger

_NAMED = 12  # missing results named in a message; the rest are counted


def require_passed(ledger: Ledger, run_id: str, product: str, *, wanted: Iterable[Wanted]) -> None:
    """Raise :class:`ChecksRefusedError` unless the ledger says that all gates ran and none refused.

    A missing result is as good as a failed one: each of ``wanted`` (:mod:`pipeline.gate_results`) must have
    its row, and no critical rule of the run may have failed, wanted or not.
    """
    wanted = tuple(wanted)
    found = _results(ledger, run_id, {ARRIVED, product, *(row.product for row in wanted)})
    missing = [str(row) for row in wanted if row not in found]
    if missing:
        more = [f"and {len(missing) - _NAMED} more"] if len(missing) > _NAMED else []
        raise ChecksRefusedError(
            f"{product}: not checked by run {run_id}: {', '.join(missing[:_NAMED] + more)}"
        )
    broken = [
        f"{rule} ({row['rows_failed']} of {row['rows_checked']})"
        for rule, row in sorted(found.items())
        if row["severity"] == "critical" and not row["is_passed"]
    ]
    if broken:
        raise ChecksRefusedError(f"{product}: critical rules failed in run {run_id}: {', '.join(broken)}")


def _results(ledger: Ledger, run_id: str, products: set[str]) -> dict[Wanted, dict[str, Any]]:
    rows = ledger.query(
        "select product, suite, rule_id, severity, rows_checked, rows_failed, is_passed from rule_result "
        f"where run_id = ? and product in ({', '.join('?' for _ in products)})",
        (run_id, *sorted(products)),
    )
    return {Wanted(row["product"], row["suite"], row["rule_id"]): row for row in rows}


def require_unchanged(database: Path, run_id: str, product: str) -> None:
    """Raise :class:`ChecksRefusedError` unless the database is the very one that was judged."""
    if not is_checked(database, run_id):
        raise ChecksRefusedError(
            f"{product}: {database.name} is not the state that run {run_id} checked; check it again"
        )
