"""Results in the ledger as a night leaves them in which every gate ran and none refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from expectations.results import CRITICAL
from pipeline.gate_results import Wanted, before_serving, before_writing
from pipeline.ledger import Ledger


def put_passed(ledger: Ledger, run_id: str, wanted: Iterable[Wanted]) -> None:
    """Each of ``wanted`` as judged and kept."""
    counts = {"run_id": run_id, "severity": CRITICAL, "rows_checked": 1, "rows_failed": 0, "is_passed": 1}
    ledger.put(
        "rule_result",
        [{**counts, "product": row.product, "suite": row.suite, "rule_id": row.rule_id} for row in wanted],
    )


def put_gates_before(ledger: Ledger, run_id: str, product: str) -> None:
    """All that must have been found good before a version of ``product`` is written."""
    put_passed(ledger, run_id, before_writing(product))


def looked(ledger: Ledger, run_id: str, product: str) -> Callable[[Path], None]:
    """A look for objectors into a version that finds none, where there is no person index to look with."""
    rows = [row for row in before_serving(product) if row.suite == "objections"]
    return lambda path: put_passed(ledger, run_id, rows)
