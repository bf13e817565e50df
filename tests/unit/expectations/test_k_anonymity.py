"""Who stands out in core.person: the class is everything that is shown of a person, and five are enough."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
import yaml

from expectations.products import check_product
from expectations.published import k_anonymity
from expectations.published.k_anonymity import MEASURED, SHOWN, SHOWN_OF_EVERYBODY, SUITE, TELLING_NOTHING
from expectations.results import RuleResult
from tests.product_fixture import context, make_released, make_warehouse, run_sql

DBT = Path(__file__).parents[3] / "dbt_project"
OTHER = {  # another value than the fixture's people have
    "birth_month": "date '1951-02-01'", "age_years": "41", "age_band": "'65-74'", "sex": "'other'",
    "ethnic_category": "'M'", "ethnic_group": "'Asian'", "lsoa_code": "'E01000002'", "imd_decile": "11",
    "imd_version": "'2025'", "local_authority_code": "'E09000013'", "death_month": "date '2026-01-01'",
    "is_registered": "false", "is_deceased": "true",
}  # fmt: skip


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 people in classes of five and ten; the first of them in one of five."""
    database = make_warehouse(tmp_path_factory.mktemp("healthy") / "secondary_use.duckdb")
    run_sql(database, "update core.person set ethnic_category = chr(65 + (rowid % 4)::integer)")
    return database


@pytest.fixture
def database(healthy: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(healthy, tmp_path / "secondary_use.duckdb"))


def _judged(database: Path, rule_id: str = "nobody_stands_out", *, by_design: bool = False) -> RuleResult:
    released = make_released(database.with_name("person_sources.parquet"), database)
    with duckdb.connect() as connection:
        results = check_product(
            connection, database, context(released, is_identifiable_by_design=by_design), suites=[SUITE]
        )
    return next(result for result in results if result.rule_id == rule_id)


def test_five_who_share_all_that_is_shown_pass(database: Path) -> None:
    result = _judged(database)
    assert (result.is_passed, result.rows_checked, result.rows_failed) == (True, 40, 0)


def test_four_who_share_all_that_is_shown_are_refused(database: Path) -> None:
    run_sql(database, "delete from core.person where person_key = sha256('person0')")
    result = _judged(database)
    assert (result.is_passed, result.rows_failed) == (False, 1)


@pytest.mark.parametrize("column", [*SHOWN, *SHOWN_OF_EVERYBODY])
def test_whoever_differs_in_one_column_alone_stands_out(column: str, database: Path) -> None:
    run_sql(
        database, f"update core.person set {column} = {OTHER[column]} where person_key = sha256('person0')"
    )
    result = _judged(database)
    assert (result.is_passed, result.rows_failed) == (False, 2)  # the one, and the four who are left


@pytest.mark.parametrize("column", SHOWN)
def test_of_whom_one_column_is_shown_there_is_a_class(column: str, database: Path) -> None:
    """Nothing shown is no class; one column shown is one, and one person alone in it stands out."""
    nothing = ", ".join(f"{name} = {instead}" for name, instead in SHOWN.items())
    run_sql(
        database,
        "delete from core.person where rowid not in (select rowid from core.person limit 4)",
        f"update core.person set {nothing}",
    )
    assert _judged(database).is_passed
    one = "rowid = (select min(rowid) from core.person)"
    run_sql(database, f"update core.person set {column} = {OTHER[column]} where {one}")
    assert _judged(database).rows_failed == 1


def test_in_direct_care_people_may_stand_out(database: Path) -> None:
    run_sql(database, "update core.person set imd_decile = 11 where person_key = sha256('person0')")
    assert _judged(database, by_design=True).is_passed


def test_a_measure_by_another_number_than_five_is_none(database: Path) -> None:
    assert _judged(database, "k_anonymity_measured").is_passed
    run_sql(database, "update quality.k_anonymity set k = 2")
    assert not _judged(database, "k_anonymity_measured").is_passed


def test_what_is_left_out_and_what_is_judged_hold_to_the_same_five() -> None:
    project = yaml.safe_load((DBT / "dbt_project.yml").read_text("utf-8"))
    assert (k_anonymity.K, project["vars"]["k_anonymity"]) == (5, 5)


def test_every_column_of_a_person_is_in_the_class_or_tells_nothing_of_anybody() -> None:
    """A column that comes to core.person must be decided on here."""
    described = yaml.safe_load((DBT / "models/published/core/person.yml").read_text("utf-8"))
    columns = [column["name"] for column in described["models"][0]["columns"]]
    assert sorted(columns) == sorted((*SHOWN, *SHOWN_OF_EVERYBODY, *MEASURED, *TELLING_NOTHING))
