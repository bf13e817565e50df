"""``wsic publish check`` of a person-level product: what it judges of a version, and what it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from expectations.product_relations import SCHEMAS
from expectations.results import RuleResult
from pipeline import checks, publish
from pipeline.errors import ChecksRefusedError
from pipeline.gate_results import before_serving, before_writing
from pipeline.ledger import Ledger
from pipeline.publish.public import manifest_path
from pipeline.run import check_served
from pipeline.settings import Settings
from pipeline.zones import Zones
from tests.gate_rows import looked, put_gates_before
from tests.marked_tables import COST_WORDS, COSTS, COSTS_SQL
from tests.product_fixture import AS_OF, RUN_ID, make_warehouse, no_leaks, run_sql

PRODUCT = "secondary_use"
NIGHT_ONLY = {
    "published.people.person_released", "published.people.released_person_present",
    "published.people.people_not_lost", "published.people.practice_lists_not_lost",
    "audit_log.chain_is_intact", "dbt.models_built", "dbt.tests_passed",
}  # fmt: skip


@pytest.fixture
def served(tmp_path: Path) -> tuple[Settings, Ledger, Path]:
    """A published version with a marked table in it; settings, ledger, and the version's database."""
    settings = Settings(home=tmp_path / "home", memory_limit="1GB")
    zones = Zones(settings.home).create()
    ledger = Ledger(zones.audit / "ledger.sqlite")
    warehouse = make_warehouse(zones.warehouse(PRODUCT))
    run_sql(
        warehouse,
        COSTS_SQL,
        f"insert into meta.data_dictionary by name select '{COSTS}' as table_name, column_name, "
        "'keep' as handling from duckdb_columns() where table_name = 'cost_by_area'",
    )
    manifest = manifest_path(zones, PRODUCT)
    manifest.parent.mkdir(parents=True)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    marks = {COSTS: {"disclosure_controlled": {**COST_WORDS, "products": [PRODUCT]}}}
    nodes = {
        f"model.wsic.{table}": {
            "resource_type": "model", "schema": schema, "name": table, "alias": table,
            "access": "public" if schema in SCHEMAS else "protected",
            "config": {"meta": marks.get(f"{schema}.{table}", {})},
        }
        for schema, table in tables
    }  # fmt: skip
    manifest.write_text(json.dumps({"nodes": nodes}), "utf-8")
    run = {"run_id": RUN_ID, "as_of": AS_OF.isoformat(), "started_at": "x", "outcome": "running"}
    ledger.put("run", [{**run, "code_version": "x"}])
    put_gates_before(ledger, RUN_ID, PRODUCT)
    checks.mark_checked(warehouse, RUN_ID)
    path = publish.publish(settings, ledger, RUN_ID, PRODUCT, inspect=looked(ledger, RUN_ID, PRODUCT))
    path.chmod(0o600)
    return settings, ledger, path


def _refused(settings: Settings) -> set[str]:
    results = check_served(settings, PRODUCT, scan=no_leaks)
    return {f"{result.suite}.{result.rule_id}" for result in results if result.refuses}


def _named(results: list[RuleResult]) -> set[str]:
    return {f"{result.suite}.{result.rule_id}" for result in results}


def test_every_rule_of_a_publish_is_judged_or_named_with_the_reason(
    served: tuple[Settings, Ledger, Path],
) -> None:
    results = check_served(served[0], PRODUCT, scan=no_leaks)
    assert [str(result) for result in results if not result.is_passed] == []
    not_judged = {str(row): reason for row, reason in publish.not_judged(PRODUCT, results)}
    asked = {str(row) for row in (*before_writing(PRODUCT), *before_serving(PRODUCT))}
    assert _named(results) | set(not_judged) == asked
    assert not _named(results) & set(not_judged)
    assert all(not_judged.values())
    others = {name for name in not_judged if not name.startswith(("arrived.", "objections.", "purpose."))}
    assert others == NIGHT_ONLY


@pytest.mark.parametrize(
    ("rule", "statement"),
    [
        ("published.k_anonymity.nobody_stands_out", "update core.person set lsoa_code = 'E01009999' where "
         "person_key = sha256('person0')"),
        ("published.people.person_once", "insert into core.person from core.person limit 1"),
        ("published.copies.copies_equal_tables", "update core.person set ethnic_category = 'B'"),
        ("published.controlled.small_counts_suppressed", f"update {COSTS} set people = 5"),
        ("published.leaks.no_postcode", "update core.activity set provider_code = 'at HA1 3UJ'"),
    ],
)  # fmt: skip
def test_a_version_that_was_changed_after_its_publish_is_found(
    rule: str, statement: str, served: tuple[Settings, Ledger, Path]
) -> None:
    run_sql(served[2], statement)
    assert rule in _refused(served[0])


def test_identifiers_of_the_index_are_looked_for(served: tuple[Settings, Ledger, Path]) -> None:
    results = check_served(served[0], PRODUCT, scan=lambda _: None)
    assert "published.index_leaks.no_nhs_number" in {
        f"{result.suite}.{result.rule_id}" for result in results if result.refuses
    }


def test_once_the_warehouse_is_of_another_night_marked_tables_are_said_not_to_be_judged(
    served: tuple[Settings, Ledger, Path],
) -> None:
    settings, *_ = served
    run_sql(Zones(settings.home).warehouse(PRODUCT), "update core.person set sex = 'unknown'")
    results = check_served(settings, PRODUCT, scan=no_leaks)
    said = {str(row): reason for row, reason in publish.not_judged(PRODUCT, results)}
    assert "true counts of that night are there no more" in said["published.controlled.not_recoverable"]


def test_a_version_of_a_run_that_the_ledger_does_not_know_is_not_judged(
    served: tuple[Settings, Ledger, Path],
) -> None:
    with served[1].transaction() as connection:
        connection.execute("delete from run")
    with pytest.raises(ChecksRefusedError, match="is not in the ledger"):
        check_served(served[0], PRODUCT, scan=no_leaks)
