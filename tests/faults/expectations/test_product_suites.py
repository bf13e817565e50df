"""Every rule that gates publishing is broken once, in the database that is about to be published.

The cases are looked up by rule id, so a rule without a breaking case fails here.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from expectations.products import check_product
from expectations.published import SUITES
from expectations.results import CRITICAL, RuleResult
from expectations.rules import Rule, Suite
from pipeline.checks import conclude, is_checked, run_product_checks
from pipeline.errors import ChecksRefusedError
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones
from tests.product_fixture import AS_OF, RUN_ID, context, make_released, make_warehouse, run_sql

_SPELL_COPY = "insert into core.hospital_spell select * from core.hospital_spell limit 1"
_SNEAK = "update core.activity set treatment_function_code = {0} where activity_key = sha256('activity0')"
BREAKS = {
    "contract_columns_present": "alter table core.activity drop column cost_is_proxy",
    "tables_not_empty": "delete from quality.feed_coverage",
    "columns_documented": "alter table core.person add column ward varchar",
    "handling_lets_it_leave": "update meta.data_dictionary set handling = 'identifier' where "
    "column_name = 'sex'",
    "no_identifying_column": "alter table core.person rename column sex to gp_surname",
    "person_once": "insert into core.person select * from core.person limit 1",
    "person_key_is_pseudonym": "update core.registration set person_key = 'r17' where person_key = "
    "sha256('person0')",
    "person_known": "delete from core.person where person_key = sha256('person0')",
    "person_released": "insert into core.person select * replace (sha256('objector') as person_key) "
    "from core.person limit 1",
    "released_person_present": "delete from core.person where person_key = sha256('person0')",
    "people_not_lost": "delete from core.person where age_years > 10",
    "months_not_days": "update core.person set birth_month = date '1950-01-17'",
    "registered_people_have_a_segment": "delete from wsic.population_segment where person_key = "
    "sha256('person0')",
    "activity_once": "insert into core.activity select * from core.activity limit 1",
    "spell_once": _SPELL_COPY,
    "activity_words_known": "update core.activity set setting = 'hospital'",
    "activity_not_in_future": "update core.activity set start_at = timestamp '2026-04-01 00:00:00'",
    "activity_dated": "update core.activity set start_at = null",
    "cost_has_a_source": "update core.activity set cost_gbp = 0, cost_source = 'none'",
    "spell_dates_in_order": "update core.hospital_spell set discharged_on = date '2020-01-01'",
    "metric_once": "insert into wsic.metric select * from wsic.metric limit 1",
    "value_null_without_denominator": "update wsic.metric set value = 0 where denominator = 0",
    "counts_not_negative": "update wsic.metric set numerator = -1",
    "part_not_above_whole": "update wsic.metric set numerator = 101 where unit = 'per cent'",
    "value_inside_its_range": "update wsic.metric set value_low = value + 1, value_high = value + 2",
    "metric_words_known": "update wsic.metric set coverage = 'good'",
    "metrics_where_people_are": "delete from wsic.metric where area_type = 'system'",
    "reconciliation_balances": "update audit.reconciliation set rows_out = rows_out - 1 where stage = "
    "'landing'",
    "stages_follow_one_another": "update audit.reconciliation set rows_in = 399, rows_out = 399 where "
    "stage = 'published'",
    "this_run_recorded": "delete from audit.run",
    "published_files_accounted": "update audit.reconciliation set file_name = 'OP.csv'",
    "no_nhs_number": _SNEAK.format("'seen: 999 000 0018, x'"),
    "no_postcode": _SNEAK.format("'at HA1 3UJ'"),
    "no_email": _SNEAK.format("'a.person@example.org'"),
    "no_telephone": _SNEAK.format("'020 7946 0018'"),
    "no_free_text": _SNEAK.format("repeat('Told her daughter ', 9)"),
    "no_birth_date": _SNEAK.format("'born 17/05/1950'"),
}
_ALL = [(suite.word, rule) for suite in SUITES for rule in suite.rules]


def _name(case: object) -> str:
    return case.rule_id if isinstance(case, Rule) else str(case)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("healthy")
    database = make_warehouse(folder / "secondary_use.duckdb")
    return database, make_released(folder / "person_sources.parquet", database)


@pytest.fixture
def night(tmp_path: Path, healthy: tuple[Path, Path]) -> tuple[Settings, Ledger, Path]:
    settings = Settings(home=tmp_path / "home", memory_limit="1GB")
    zones = Zones(settings.home).create()
    ledger = Ledger(zones.audit / "ledger.sqlite")
    run = {
        "run_id": RUN_ID,
        "as_of": AS_OF.isoformat(),
        "started_at": "x",
        "outcome": "running",
        "code_version": "x",
    }
    ledger.put("run", [run])
    zones.pseudonymised("secondary_use").mkdir(parents=True)
    shutil.copy(healthy[1], zones.pseudonymised("secondary_use") / "person_sources.parquet")
    database = zones.warehouse("secondary_use")
    shutil.copy(healthy[0], database)
    return settings, ledger, database


def _judged(word: str, rule: Rule, database: Path, released: Path, **changes: object) -> RuleResult:
    with duckdb.connect() as connection:
        suites = [Suite(word=word, rules=(rule,))]
        (result,) = check_product(connection, database, context(released, **changes), suites=suites)
    return result


def test_a_healthy_product_passes_every_rule(night: tuple[Settings, Ledger, Path]) -> None:
    settings, ledger, database = night
    results = run_product_checks(settings, ledger, RUN_ID, "secondary_use")
    assert [str(result) for result in results if not result.is_passed] == []
    assert len(results) == len(_ALL)
    assert is_checked(database, RUN_ID)
    assert not is_checked(database, "20260331-002")


@pytest.mark.parametrize(("suite", "rule"), _ALL, ids=_name)
def test_every_rule_fails_when_broken(
    suite: str, rule: Rule, healthy: tuple[Path, Path], tmp_path: Path
) -> None:
    database = tmp_path / "secondary_use.duckdb"
    shutil.copy(healthy[0], database)
    changes: dict[str, object] = {}
    if rule.rule_id == "products_cannot_be_joined":
        changes["other_product"] = shutil.copy(healthy[0], tmp_path / "current.duckdb")
    else:
        run_sql(database, BREAKS[rule.rule_id])
    result = _judged(suite, rule, database, healthy[1], **changes)
    assert result.is_judged
    assert not result.is_passed
    ledger = Ledger(tmp_path / "ledger.sqlite")
    if rule.severity == CRITICAL:
        with pytest.raises(ChecksRefusedError, match=rf"{suite}\.{rule.rule_id}: \d+ of \d+ failed"):
            conclude(ledger, RUN_ID, "secondary_use", [result])
    else:
        conclude(ledger, RUN_ID, "secondary_use", [result])


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.word)
def test_a_broken_suite_leaves_the_database_unmarked(
    suite: object, night: tuple[Settings, Ledger, Path]
) -> None:
    settings, ledger, database = night
    run_product_checks(settings, ledger, RUN_ID, "secondary_use")
    run_sql(database, BREAKS[suite.critical[0]])  # type: ignore[attr-defined]
    with pytest.raises(ChecksRefusedError, match=suite.critical[0]):  # type: ignore[attr-defined]
        run_product_checks(settings, ledger, RUN_ID, "secondary_use")
    assert not is_checked(database, RUN_ID)


@pytest.mark.parametrize(
    "table", ["core.person", "wsic.metric", "audit.reconciliation", "meta.data_dictionary"]
)
def test_a_missing_table_refuses(table: str, night: tuple[Settings, Ledger, Path]) -> None:
    settings, ledger, database = night
    run_sql(database, f"drop table {table}")
    with pytest.raises(ChecksRefusedError, match=r"contract_columns_present|could not be judged"):
        run_product_checks(settings, ledger, RUN_ID, "secondary_use")


def test_without_the_list_of_released_people_nothing_is_published(
    night: tuple[Settings, Ledger, Path],
) -> None:
    settings, ledger, _ = night
    (Zones(settings.home).pseudonymised("secondary_use") / "person_sources.parquet").unlink()
    with pytest.raises(ChecksRefusedError, match=r"person_released: could not be judged"):
        run_product_checks(settings, ledger, RUN_ID, "secondary_use")
