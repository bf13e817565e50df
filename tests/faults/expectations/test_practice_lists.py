"""A practice that loses its list stops the night; one that closed, or that the site answers for, does not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from expectations.products import check_product
from expectations.published import people
from expectations.results import RuleResult
from expectations.rules import Suite
from pipeline import practice_lists
from pipeline.ledger import Ledger
from tests.product_fixture import PRODUCT, RUN_ID, context, make_released, make_warehouse, run_sql

RULE = next(rule for rule in people.SUITE.rules if rule.rule_id == "practice_lists_not_lost")
LOST = "update quality.practice_reconciliation set {0} where practice_code = 'E84002'"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Four practices that had 5,000 people and have 4,500: what may be lost, and no more."""
    return make_warehouse(tmp_path / f"{PRODUCT}.duckdb")


def judged(database: Path, **changes: object) -> RuleResult:
    released = make_released(database.with_name("released.parquet"), database)
    with duckdb.connect() as connection:
        suites = [Suite(word=people.SUITE.word, rules=(RULE,))]
        (result,) = check_product(connection, database, context(released, **changes), suites=suites)
    assert result.is_judged
    return result


def test_a_list_may_fall_to_the_limit(database: Path) -> None:
    assert (judged(database).is_passed, judged(database).rows_checked) == (True, 4)


def test_a_list_that_fell_further_refuses_and_names_the_practice(database: Path) -> None:
    run_sql(database, LOST.format("registered_people = 4499, sender_count = 4499"))
    result = judged(database)
    assert (result.refuses, result.rows_failed) == (True, 1)
    assert "E84002" in str(result)


def test_a_list_that_is_gone_refuses(database: Path) -> None:
    run_sql(database, LOST.format("registered_people = 0, sender_count = 0"))
    assert judged(database).refuses


def test_a_list_may_not_be_judged_by_what_the_table_says_of_itself(database: Path) -> None:
    run_sql(database, LOST.format("registered_people = 3000, is_passed = true"))
    assert judged(database).refuses


@pytest.mark.parametrize(
    ("planted", "changes"),
    [
        ("registered_people = 0, is_closed = true", {}),
        ("registered_people = 0", {"practice_falls_accepted": ("E84009", "E84002")}),
        ("registered_people = 3000", {"practice_drop_limit": 0.4}),
        ("registered_people = 3, registered_people_before = 99", {}),
        ("registered_people = 3, registered_people_before = null", {}),
    ],
    ids=["closed", "accepted", "another limit", "too small to judge", "no night before"],
)
def test_what_does_not_refuse(database: Path, planted: str, changes: Mapping[str, object]) -> None:
    run_sql(database, LOST.format(planted))
    assert judged(database, **changes).is_passed


def test_another_practice_s_fall_is_not_accepted_with_it(database: Path) -> None:
    run_sql(database, LOST.format("registered_people = 0"))
    assert judged(database, practice_falls_accepted=("E84001",)).refuses


def test_the_lists_are_kept_as_the_product_shows_them_without_codes_that_may_be_none(
    database: Path, tmp_path: Path
) -> None:
    run_sql(
        database,
        LOST.format("practice_code = '9990000018'"),
        "update quality.practice_reconciliation set practice_code = 'HA13UJ' where practice_code = 'E84003'",
    )
    ledger = Ledger(tmp_path / "ledger.sqlite")
    practice_lists.keep(ledger, database, run_id=RUN_ID, product=PRODUCT)
    run_sql(database, "delete from quality.practice_reconciliation where practice_code = 'E84001'")
    practice_lists.keep(ledger, database, run_id=RUN_ID, product=PRODUCT)
    assert ledger.query("select * from practice_list") == [
        {"run_id": RUN_ID, "product": PRODUCT, "practice_code": "E84000", "registered_people": 4500}
    ]
