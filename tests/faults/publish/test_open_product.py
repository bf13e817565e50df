"""The open product: aggregates only, each count under the rule, and no publishing where it is broken."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import duckdb
import pytest

from expectations.products import check_open_product
from expectations.published import leaks
from expectations.published import open_product as open_rules
from expectations.results import CRITICAL
from expectations.rules import Rule
from pipeline import open_product
from pipeline.errors import ChecksRefusedError, UsageError
from pipeline.ledger import Ledger
from pipeline.open_product import release
from pipeline.run import check_served
from pipeline.settings import OPEN_PRODUCT, Settings
from pipeline.zones import Zones
from tests.gate_rows import put_gates_before
from tests.product_fixture import RUN_ID, make_warehouse, no_leaks, run_sql

BREAKS = {
    "no_person_level_column": "alter table open.population add column person_key varchar",
    "counts_disclosed_safely": "update open.population set people = 4 where area_type = 'system' and "
    "sex = 'all'",
    "suppressed_has_no_value": "update open.metric set value = 12.5 where is_suppressed",
    "tables_as_agreed": "alter table open.metric add column numerator_exact double",
    "rows_were_counted": "insert into open.metric select * replace ('made up' as group_value) "
    "from open.metric limit 1",
}


@pytest.fixture
def night(tmp_path: Path) -> tuple[Settings, Ledger]:
    settings = Settings(home=tmp_path / "home", memory_limit="1GB")
    zones = Zones(settings.home).create()
    ledger = Ledger(zones.audit / "ledger.sqlite")
    make_warehouse(zones.published("secondary_use") / "versions" / f"{RUN_ID}.duckdb")
    publication = {
        "run_id": RUN_ID,
        "product": "secondary_use",
        "outcome": "published",
        "at": "x",
        "message": "",
    }
    ledger.put("publication", [publication])
    put_gates_before(ledger, RUN_ID, OPEN_PRODUCT)
    return settings, ledger


def _publish(settings: Settings, ledger: Ledger) -> Path:
    return open_product.publish_open(settings, ledger, RUN_ID, scan=no_leaks, inspect=lambda path: None)


def test_it_is_published_with_parquet_and_csv(night: tuple[Settings, Ledger]) -> None:
    settings, ledger = night
    path = _publish(settings, ledger)
    root = Zones(settings.home).published("open")
    assert (root / "current.duckdb").resolve() == path.resolve()
    with duckdb.connect(str(path), read_only=True) as connection:
        total = connection.execute(
            "select people from open.population where area_type = 'system' and age_band = 'all' and sex "
            "= 'all'"
        ).fetchone()
        assert total == (300,)
        # 3 of 100 is suppressed, and with it the next smallest borough, since the system's total is shown
        metric = connection.execute(
            "select area_code, numerator, denominator, value from open.metric "
            "where metric_id = 'emergency_admissions' and area_type = 'borough' order by area_code"
        ).fetchall()
        assert metric == [
            ("E09000005", None, 100, None), ("E09000009", None, 100, None), ("E09000013", 40, 100, 400.0)
        ]  # fmt: skip
        of_open = "from duckdb_columns() select count(*) where schema_name = 'open'"
        keys = f"{of_open} and ends_with(column_name, '_key')"
        assert connection.execute(keys).fetchone() == (0,)
    with (root / "parquet" / "current" / "open.metric.csv").open(encoding="utf-8") as file:
        shown = [row["numerator"] for row in csv.DictReader(file) if row["area_type"] == "borough"]
    assert shown == ["*", "*", "40"]
    assert duckdb.sql(f"select count(*) from '{root}/parquet/current/open.metric.parquet'").fetchone() == (7,)
    assert [result for result in check_served(settings, "open", scan=no_leaks) if not result.is_passed] == []


SERVED = {
    "published.disclosure.small_counts_suppressed": "update open.metric set numerator = 5 where area_type = "
    "'borough' and numerator is null",
    "published.disclosure.shown_as_rounded": "update open.metric set denominator = 70 "
    "where area_code = 'E84000'",
    "published.copies.copies_equal_tables": "update open.population set people = people + 5 "
    "where sex = 'all'",
}


@pytest.mark.parametrize("rule", SERVED)
def test_a_version_that_was_changed_after_its_publish_is_found(
    rule: str, night: tuple[Settings, Ledger]
) -> None:
    """The check of what is served attacks it, compares it with its copies, and looks for the index in it."""
    settings, ledger = night
    path = _publish(settings, ledger)
    path.chmod(0o644)
    run_sql(path, SERVED[rule])
    refused = [str(result) for result in check_served(settings, "open", scan=no_leaks) if result.refuses]
    assert any(said.startswith(rule) for said in refused)


def test_without_what_it_was_made_from_nobody_can_say_that_it_holds(night: tuple[Settings, Ledger]) -> None:
    settings, ledger = night
    _publish(settings, ledger)
    (Zones(settings.home).published("secondary_use") / "versions" / f"{RUN_ID}.duckdb").unlink()
    with pytest.raises(UsageError, match="which it was made from, is kept no more"):
        check_served(settings, "open", scan=no_leaks)


def test_rates_come_from_the_rounded_numbers(night: tuple[Settings, Ledger]) -> None:
    settings, ledger = night
    path = _publish(settings, ledger)
    with duckdb.connect(str(path), read_only=True) as connection:
        row = connection.execute(
            "select numerator, denominator, value from open.metric where area_type = 'system' and scale "
            "= 1000"
        ).fetchone()
    assert row == (65, 300, 65 * 1000 / 300)  # from 63 of 300


STRANGE = {
    "a_table": (
        "create table open.people_exact as select '3' as people",
        r"tables_as_agreed: .*people_exact",
    ),
    "a_view": ("create view main.exact as select 3.0 as people", r"tables_as_agreed: .*main\.exact"),
    "another_type": ("alter table open.metric alter column numerator type double", "tables_as_agreed"),
    "no_column": ("alter table open.segment drop column segment_name", "tables_as_agreed"),
    "a_number_in_a_label": ("update open.metric set coverage = coverage || ' 3'", "rows_were_counted"),
    "a_number_as_scale": ("update open.metric set scale = 3 where is_suppressed", "rows_were_counted"),
    "a_row_twice": ("insert into open.population from open.population limit 1", "rows_were_counted"),
    "no_night": ("update open.release set as_of = as_of - 1", r"rows_were_counted: .*open\.population"),
    "two_nights": ("insert into open.release from open.release", r"rows_were_counted: .*open\.segment"),
}


@pytest.mark.parametrize(("change", "says"), STRANGE.values(), ids=STRANGE)
def test_what_was_not_agreed_or_not_counted_is_refused(
    change: str, says: str, night: tuple[Settings, Ledger], tmp_path: Path
) -> None:
    """Judged where it lies: whoever made it, and however."""
    settings, ledger = night
    path = _publish(settings, ledger)
    path.chmod(0o644)
    run_sql(path, change)
    refused = [str(result) for result in check_served(settings, "open", scan=no_leaks) if result.refuses]
    assert [said for said in refused if re.search(says, said)], refused


@pytest.mark.parametrize("rule", open_rules.SUITE.rules, ids=lambda rule: rule.rule_id)
def test_every_rule_refuses_when_broken(
    rule: Rule, night: tuple[Settings, Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, ledger = night
    real = release.write_csv

    def break_it(connection: duckdb.DuckDBPyConnection, folder: Path, *, name: str) -> None:
        real(connection, folder, name=name)
        connection.execute(f"use {name}")
        connection.execute(BREAKS[rule.rule_id])
        connection.execute("use memory")

    monkeypatch.setattr(release, "write_csv", break_it)
    assert rule.severity == CRITICAL
    with pytest.raises(ChecksRefusedError, match=rf"published\.open\.{rule.rule_id}: \d+ of \d+ failed"):
        _publish(settings, ledger)
    assert not (Zones(settings.home).published("open") / "current.duckdb").exists()
    (row,) = ledger.query("select outcome from publication where product = 'open'")
    assert row == {"outcome": "refused"}


def test_without_secondary_use_there_is_no_open_product(night: tuple[Settings, Ledger]) -> None:
    settings, ledger = night
    with ledger.transaction() as connection:
        connection.execute("update publication set outcome = 'refused'")
    with pytest.raises(ChecksRefusedError, match="published no secondary_use"):
        _publish(settings, ledger)


def test_a_metric_of_unknown_unit_is_refused(night: tuple[Settings, Ledger]) -> None:
    settings, ledger = night
    source = Zones(settings.home).published("secondary_use") / "versions" / f"{RUN_ID}.duckdb"
    run_sql(source, "update wsic.metric set unit = 'per head'")
    with pytest.raises(ChecksRefusedError, match="days, per 1000 people"):
        _publish(settings, ledger)


def test_an_identifier_in_a_name_of_an_area_is_found(night: tuple[Settings, Ledger], tmp_path: Path) -> None:
    settings, ledger = night
    path = _publish(settings, ledger)
    changed = shutil.copy(path, tmp_path / "changed.duckdb")
    changed.chmod(0o644)
    run_sql(changed, "update open.segment set segment_name = 'NHS 943 476 5919'")
    with duckdb.connect() as connection:
        found = {
            result.rule_id
            for result in check_open_product(connection, changed, suites=(leaks.SUITE,))
            if result.refuses
        }
    assert found == {"no_nhs_number"}
