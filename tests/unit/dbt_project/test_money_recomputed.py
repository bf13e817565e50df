"""The money tables of three hundred made-up people, worked out a second time; and what adds up."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.recomputed.money import TABLES, compare

WRONG = (
    ("wsic.resource_concentration", "cost_gbp", "0.01", "scope = 'acute'"),
    ("wsic.service_overlap", "people", "1", "area_type = 'pcn'"),
    ("wsic.pathway_flow", "transitions", "-1", "within_days = 90"),
    ("wsic.capitation_budget", "shadow_budget_gbp", "0.01", "shadow_budget_gbp is not null"),
    ("wsic.service_shift", "net_cost_gbp", "0.01", "service_id = 'all'"),
    ("wsic.risk_band_cost", "n_bed_days", "1", "risk_band = 'high'"),
    ("wsic.cost_per_person", "proxy_cost_gbp", "0.01", "setting = 'community'"),
)


def test_every_money_table_is_what_its_definition_says(built, pseudonymised: Path) -> None:
    """Money to the penny, people to the last, quotients to the twelfth digit."""
    found = compare(pseudonymised, built.database)
    assert {table: differing for table, (_, differing) in found.items() if differing} == {}
    assert set(found) == set(TABLES)
    assert min(rows for rows, _ in found.values()) > 30


def test_the_comparison_sees_a_single_wrong_row(built, pseudonymised: Path, tmp_path: Path) -> None:
    """A penny, a person or a night more or less, in one row of each table."""
    copied = shutil.copy(built.database, tmp_path / "wrong.duckdb")
    with duckdb.connect(str(copied)) as connection:
        for table, column, much, where in WRONG:
            first = f"(select rowid from {table} where {where} order by rowid limit 1)"
            connection.execute(f"update {table} set {column} = {column} + {much} where rowid = {first}")
    found = compare(pseudonymised, Path(copied))
    # The row that is theirs, and the one that is ours.
    assert {table: differing for table, (_, differing) in found.items()} == dict.fromkeys(TABLES, 2)


@pytest.mark.parametrize("column", ["adjusted_budget_gbp", "shadow_budget_gbp", "shadow_actual_cost_gbp"])
def test_a_budget_is_there_to_be_compared(warehouse: duckdb.DuckDBPyConnection, column: str) -> None:
    query = f"select count(*) from wsic.capitation_budget where {column} > 0"
    assert warehouse.execute(query).fetchone() > (10,)


def test_areas_of_each_type_add_up_to_the_system(warehouse: duckdb.DuckDBPyConnection) -> None:
    for table, counts in {
        "capitation_budget": ("people", "actual_cost_gbp", "adjusted_budget_gbp", "n_uncosted"),
        "service_overlap": ("people", "cost_gbp"),
        "risk_band_cost": ("n_contacts", "n_bed_days", "cost_gbp"),
        "service_shift": ("activity_before", "activity_after", "net_cost_gbp"),
    }.items():
        listed = ", ".join(f"sum({name})" for name in counts)
        sums = warehouse.execute(f"select area_type, {listed} from wsic.{table} group by all").fetchall()
        assert len(sums) == 4
        for row in sums:
            assert row[1:] == pytest.approx(sums[0][1:], abs=1), (table, row[0])


def test_an_activity_without_a_cost_is_counted_wherever_its_cost_would_be(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """The fixture has prices for some kinds alone: what has none is in no sum, and is told."""
    query = "select count(*), count(cost_gbp), count(*) filter (cost_gbp <= 0) from core.activity"
    n_activities, n_costed, n_nought = warehouse.execute(query).fetchone()
    assert 0 < n_costed < n_activities
    assert n_nought == 0
    for table in ("capitation_budget", "risk_band_cost"):
        assert warehouse.execute(f"select sum(n_uncosted) > 0 from wsic.{table}").fetchone() == (True,)
