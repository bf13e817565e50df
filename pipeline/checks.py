"""The check steps of a run: judge, write every result into the ledger, refuse where one is critical.

A validation that failed must never pass by in silence, so each step raises by itself, and
``publish`` asks the ledger once more before it serves anything.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import duckdb

from connectors.declare import SOURCE_WORDS
from expectations.arrivals import check_arrivals
from expectations.product_relations import ProductContext
from expectations.products import check_product
from expectations.results import RuleResult, refusals
from expectations.rules import Before
from pipeline import practice_lists, progress
from pipeline.duck import connect
from pipeline.errors import ChecksRefusedError
from pipeline.file_state import state_of
from pipeline.gate_results import Wanted
from pipeline.gate_words import ARRIVED
from pipeline.ledger import Ledger
from pipeline.settings import PRODUCTS, Settings
from pipeline.zones import Zones

_log = logging.getLogger(__name__)


def run_arrival_checks(
    settings: Settings, ledger: Ledger, run_id: str, as_of: date, *, sources: Iterable[str] = SOURCE_WORDS
) -> list[RuleResult]:
    """Judge what arrived, a suite a source; returns all results when none refuses.

    Raises :class:`ChecksRefusedError` naming suite, rule and counts of every critical failure.
    """
    connection = connect(settings)
    try:
        results = check_arrivals(
            connection,
            Zones(settings.home).fhir,
            as_of=as_of,
            sources=progress.counted(tuple(sources), "sources"),
            before=_last_results(ledger, run_id),
        )
    finally:
        connection.close()
    return conclude(ledger, run_id, ARRIVED, results)


Scan = Callable[[Path], object]
"""Looks in a product's database for identifiers of the person index; an Arrow table of counts by column."""


def run_product_checks(
    settings: Settings, ledger: Ledger, run_id: str, product: str, *, scan: Scan
) -> list[RuleResult]:
    """Judge the warehouse of ``product``; returns all results when none refuses.

    ``scan`` is the identity room's look into it: the index is opened nowhere else.
    Leaves a mark beside the database that says which state of it was judged; ``publish`` wants it.
    Raises :class:`ChecksRefusedError` naming suite, rule and counts of every critical failure.
    """
    database = Zones(settings.home).warehouse(product)
    _mark_path(database).unlink(missing_ok=True)
    if not database.exists():
        raise ChecksRefusedError(f"{product}: there is no warehouse to check; build it first")
    connection = connect(settings)
    try:
        results = check_product(
            connection,
            database,
            product_context(settings, ledger, run_id, product),
            index_leaks=scan(database),
        )
    finally:
        connection.close()
    conclude(ledger, run_id, product, results)
    practice_lists.keep(ledger, database, run_id=run_id, product=product)
    mark_checked(database, run_id)
    return results


def product_context(settings: Settings, ledger: Ledger, run_id: str, product: str) -> ProductContext:
    """What the suites of a person-level product compare it with, of ``run_id``.

    Raises :class:`ChecksRefusedError` where the ledger does not know the run.
    """
    zones = Zones(settings.home)
    rows = ledger.query("select as_of from run where run_id = ?", (run_id,))
    if not rows:
        raise ChecksRefusedError(f"run {run_id} is not in the ledger; nothing can be checked for it")
    other = next(word for word in PRODUCTS if word != product)
    return ProductContext(
        run_id=run_id,
        product=product,
        as_of=date.fromisoformat(rows[0]["as_of"]),
        released=zones.pseudonymised(product) / "person_sources.parquet",
        drop_limit=settings.publish_drop_limit,
        practice_drop_limit=settings.practice_drop_limit,
        practice_falls_accepted=tuple(settings.practice_falls_accepted.split()),
        people_before=_people(zones.published(product) / "current.duckdb"),
        other_product=zones.published(other) / "current.duckdb",
        is_identifiable_by_design=product == "direct_care",
    )


def conclude(ledger: Ledger, run_id: str, product: str, results: list[RuleResult]) -> list[RuleResult]:
    """Record the results; raises :class:`ChecksRefusedError` naming every one that refuses."""
    record(ledger, run_id, product, results)
    refused = refusals(results)
    if refused:
        what = f"{product} is not published" if product else "nothing of this run is published"
        listed = "; ".join(str(result) for result in refused)
        raise ChecksRefusedError(f"{len(refused)} critical rules failed, so {what}: {listed}")
    return results


def record(ledger: Ledger, run_id: str, product: str, results: Iterable[RuleResult]) -> None:
    """Write the results into the ledger, in place of any that the same suites had in this run."""
    results = list(results)
    rows = [
        {
            "run_id": run_id,
            "product": product,
            "suite": result.suite,
            "rule_id": result.rule_id,
            "severity": result.severity,
            "rows_checked": result.rows_checked,
            "rows_failed": result.rows_failed,
            "is_passed": int(result.is_passed),
        }
        for result in results
    ]
    statement = "delete from rule_result where run_id = ? and product = ? and suite = ?"
    with ledger.transaction() as connection:
        connection.executemany(statement, [(run_id, product, suite) for suite in {r.suite for r in results}])
    ledger.put("rule_result", rows)
    for result in results:
        if not result.is_passed:
            _log.warning("%s %s", result.severity, result)


def forget(ledger: Ledger, run_id: str, rules: Iterable[Wanted]) -> None:
    """Take results of an earlier attempt out of the ledger: only what is found now may count."""
    statement = "delete from rule_result where run_id = ? and product = ? and suite = ? and rule_id = ?"
    with ledger.transaction() as connection:
        connection.executemany(statement, [(run_id, row.product, row.suite, row.rule_id) for row in rules])


def mark_checked(database: Path, run_id: str) -> None:
    """Say beside the database that its present state was judged by ``run_id`` and may be published."""
    _mark_path(database).write_text(
        json.dumps({"run_id": run_id, "state": state_of([], [database])}), encoding="utf-8"
    )


def is_checked(database: Path, run_id: str) -> bool:
    """Whether the database is, unchanged, the one that the checks of ``run_id`` let through."""
    mark = _mark_path(database)
    if not mark.exists() or not database.exists():
        return False
    return bool(json.loads(mark.read_text("utf-8")) == {"run_id": run_id, "state": state_of([], [database])})


def _mark_path(database: Path) -> Path:
    return database.with_suffix(".checked.json")


def _last_results(ledger: Ledger, run_id: str) -> Before:
    """Counts of the newest earlier run that judged arrivals and was not refused by them."""
    rows = ledger.query(
        "select suite, rule_id, rows_checked, rows_failed from rule_result where product = '' and run_id = ("
        "select max(run_id) from rule_result as r where product = '' and run_id < ? and not exists ("
        "select 1 from rule_result as bad where bad.run_id = r.run_id and bad.product = '' "
        "and bad.severity = 'critical' and bad.is_passed = 0))",
        (run_id,),
    )
    return {(row["suite"], row["rule_id"]): (row["rows_checked"], row["rows_failed"]) for row in rows}


def _people(database: Path) -> int | None:
    """People in the version that is served now; none where nothing was published yet."""
    if not database.exists():
        return None
    with duckdb.connect(str(database), read_only=True) as connection:
        row = connection.execute("select count(*) from core.person").fetchone()
    return int(row[0]) if row else None
