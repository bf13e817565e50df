"""Runs suites through Great Expectations and reads the counts back.

Settings that matter, all stated here and tested: an ephemeral context (nothing is written), usage
statistics off, result format BASIC without partial lists (no value is kept), no progress bars.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import duckdb

from expectations.results import CRITICAL, RuleResult
from expectations.rules import Before, Rule, Suite

if TYPE_CHECKING:
    from great_expectations.datasource.fluent.interfaces import Batch, Datasource

RESULT_FORMAT: Mapping[str, Any] = {"result_format": "BASIC", "partial_unexpected_count": 0}


def judge(
    connection: duckdb.DuckDBPyConnection, suites: Iterable[Suite], before: Before | None = None
) -> list[RuleResult]:
    """Judge every rule of the suites on the tables of ``connection``; one result a rule.

    ``before`` holds the counts of the last run, for rules that compare with it.
    """
    from expectations.duckdb_dialect import serve

    with serve(connection) as url:
        datasource = _datasource(url)
        return [
            result
            for suite in suites
            for table in dict.fromkeys(rule.table for rule in suite.rules)
            for result in _judge_table(datasource, suite, table, before or {})
        ]


def unjudged(suite: Suite) -> list[RuleResult]:
    """The results of a suite whose tables cannot be read: every rule failed, none was judged."""
    return [_unjudged(suite.word, rule) for rule in suite.rules]


def _datasource(url: str) -> Datasource[Any, Any]:
    """A SQL datasource in a context that writes nothing and reports to nobody."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    sources: Any = context.data_sources
    opened: Datasource[Any, Any] = sources.add_sql("checked", connection_string=url, create_temp_table=False)
    return opened


def _judge_table(
    datasource: Datasource[Any, Any], suite: Suite, table: str, before: Before
) -> list[RuleResult]:
    rules = {rule.rule_id: rule for rule in suite.rules if rule.table == table}
    batch = _batch(datasource, table)
    if batch is None:
        return [_unjudged(suite.word, rule) for rule in rules.values()]
    outcome = batch.validate(_gx_suite(suite.word, rules.values(), before), result_format=dict(RESULT_FORMAT))
    by_id = {each.expectation_config.meta["rule_id"]: each for each in outcome.results}
    return [_result(suite.word, rule, by_id.get(rule_id)) for rule_id, rule in rules.items()]


def _batch(datasource: Datasource[Any, Any], table: str) -> Batch | None:
    """The whole table as a batch, or nothing where there is no such table."""
    from great_expectations.datasource.fluent.interfaces import TestConnectionError

    schema, _, name = table.rpartition(".")
    sql: Any = datasource
    try:
        asset = next((known for known in sql.assets if known.name == table), None)
        asset = asset or sql.add_table_asset(table, table_name=name, schema_name=schema or None)
    except TestConnectionError:
        return None
    whole = {known.name: known for known in asset.batch_definitions}.get("whole")
    batch: Batch = (whole or asset.add_batch_definition_whole_table("whole")).get_batch()
    return batch


def _gx_suite(word: str, rules: Iterable[Rule], before: Before) -> Any:
    from great_expectations import ExpectationSuite

    from expectations.counts import expectation

    wanted = [expectation(rule, before.get((word, rule.rule_id))) for rule in rules]
    return ExpectationSuite(name=word, expectations=wanted)


def _result(word: str, rule: Rule, outcome: Any) -> RuleResult:
    if outcome is None or "rows_checked" not in (outcome.result.get("details") or {}):
        return _unjudged(word, rule)
    details = outcome.result["details"]
    return RuleResult(
        suite=word,
        rule_id=rule.rule_id,
        severity=rule.severity,
        meaning=rule.meaning,
        rows_checked=details["rows_checked"],
        rows_failed=details["rows_failed"],
        is_passed=bool(outcome.success),
        failed_in=details["failed_in"],
    )


def _unjudged(word: str, rule: Rule) -> RuleResult:
    return RuleResult(
        suite=word,
        rule_id=rule.rule_id,
        severity=CRITICAL,
        meaning=rule.meaning,
        rows_checked=0,
        rows_failed=0,
        is_passed=False,
        is_judged=False,
    )
