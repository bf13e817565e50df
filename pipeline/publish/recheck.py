"""The checks of a served person-level product: all that a publish judges and a version still shows.

What needs the night itself (what arrived, how dbt ended, who had objected, the warehouse's true counts)
cannot be judged of a version: :func:`not_judged` says of each such rule why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from expectations.product_relations import ProductContext
from expectations.products import check_product
from expectations.published import SUITES
from expectations.results import RuleResult
from pipeline.checks import Scan, is_checked, product_context
from pipeline.duck import connect, literal
from pipeline.gate_results import Wanted, before_serving, before_writing
from pipeline.gate_words import ARRIVED, AUDIT_LOG, DBT, OBJECTIONS, PURPOSE
from pipeline.ledger import Ledger
from pipeline.publish.copies import check_copies
from pipeline.publish.copying import TARGET, tables_of
from pipeline.publish.release import judge_marked, marked_tables, versions_before
from pipeline.publish.versions import shelf
from pipeline.settings import Settings
from pipeline.zones import Zones

# They compare with the lists of the night that made the version, which the next night replaces.
OF_THE_NIGHT = ("person_released", "released_person_present", "people_not_lost", "practice_lists_not_lost")
_LISTS_GONE = "compares with the lists of the night that made the version; the next night replaces them"
_REASONS = {
    DBT: "judges the build of a night, not a version",
    PURPOSE: "judges the SQL of the models before they are built, not a version",
    OBJECTIONS: "asks who has objected, which the night does before it serves; see wsic opt-outs report",
    AUDIT_LOG: "judges the log: wsic audit verify",
    "published.people": _LISTS_GONE,
    "published.controlled": "no table is marked, or the true counts of that night are there no more",
}
_ARRIVED = "judges what arrived before the night, not a version"


def check(settings: Settings, ledger: Ledger, product: str, run_id: str, *, scan: Scan) -> list[RuleResult]:
    """Judge the version of ``run_id`` by every rule of a publish that needs nothing but the version.

    Marked tables are attacked besides while the warehouse is still the one of that run. Writes nothing;
    raises :class:`ChecksRefusedError` where the ledger does not know the run.
    """
    place = shelf(settings, product)
    # The version that is served now is no earlier one: it is judged here, or came later.
    context = replace(product_context(settings, ledger, run_id, product), people_before=None)
    found = [
        *_judge(settings, place.database(run_id), context, scan=scan),
        *_judge_copies(settings, place.database(run_id), place.parquet(run_id)),
    ]
    warehouse = Zones(settings.home).warehouse(product)
    if is_checked(warehouse, run_id) and (marked := marked_tables(settings, product)):
        before = versions_before(settings, run_id, product)
        found += judge_marked(settings, warehouse, place.database(run_id), marked, before)
    return found


def not_judged(product: str, results: Iterable[RuleResult]) -> Iterator[tuple[Wanted, str]]:
    """The rules that a publish of ``product`` asks for beside ``results``, and why these do not."""
    judged = {(result.suite, result.rule_id) for result in results}
    for row in (*before_writing(product), *before_serving(product)):
        if (row.suite, row.rule_id) not in judged:
            yield row, _ARRIVED if row.product == ARRIVED else _REASONS[row.suite]


def _judge(settings: Settings, database: Path, context: ProductContext, *, scan: Scan) -> list[RuleResult]:
    suites = [
        replace(suite, rules=tuple(rule for rule in suite.rules if rule.rule_id not in OF_THE_NIGHT))
        for suite in SUITES
    ]
    connection = connect(settings)
    try:
        return check_product(connection, database, context, suites=suites, index_leaks=scan(database))
    finally:
        connection.close()


def _judge_copies(settings: Settings, database: Path, folder: Path) -> list[RuleResult]:
    connection = connect(settings)
    try:
        connection.execute(f"attach {literal(database)} as {TARGET} (read_only)")
        return check_copies(connection, folder, name=TARGET, tables=tables_of(connection))
    finally:
        connection.close()
