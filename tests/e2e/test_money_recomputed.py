"""A small night's money tables, worked out again from the rows that the night let through its wall."""

from __future__ import annotations

import duckdb

from expectations.published.contract import ONLY_IN
from tests.recomputed.money import TABLES, compare


def test_every_money_table_of_the_night_is_what_its_definition_says(small_night) -> None:
    found = compare(
        small_night.home / "pseudonymised" / "secondary_use", small_night.product("secondary_use")
    )
    assert {table: differing for table, (_, differing) in found.items() if differing} == {}
    assert {table for table, (rows, _) in found.items() if rows == 0} == set()
    assert set(TABLES) - set(found) == {"wsic.risk_band_cost"}


def test_what_serves_the_planning_of_services_stands_in_no_other_product(small_night) -> None:
    for product in ("direct_care", "open"):
        with duckdb.connect(str(small_night.product(product)), read_only=True) as connection:
            known = {
                row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()
            }
        planning = {name.split(".")[1] for name, only in ONLY_IN.items() if only == "secondary_use"}
        assert planning and not planning & known, product
