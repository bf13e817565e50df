"""A night of three years of history is published, knows the earlier year, and has a price for what is old."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from synthetic import synthesise
from tests.bad_nights import wsic

pytestmark = pytest.mark.long

END = date(2026, 3, 31)
NO_PRICE = ("not_attended", "in_consultation", "attendance_not_known")
"""Why something costs nothing here: whatever else has no cost lacks a price."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the night, which every gate has let through."""
    root = tmp_path_factory.mktemp("three-years")
    synthesise(300, 1, root / "extracts", END, years=3)
    done = wsic(root / "home", "run", "--extracts", str(root / "extracts"), "--as-of", str(END))
    assert done.returncode == 0, done.stdout + done.stderr
    return root / "home"


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_the_outcome_of_two_years_is_known_so_that_a_model_is_split_by_time(home):
    known = rows(
        home / "warehouse" / "secondary_use.duckdb",
        """select distinct day_kind, reference_day::varchar from marts.fct_risk_features
        where had_emergency_admission is not null order by reference_day""",
    )
    assert known == [("earlier", "2024-03-31"), ("recent", "2025-03-31")]


def test_what_happened_three_years_ago_has_a_price(home):
    found = rows(
        home / "published" / "secondary_use" / "current.duckdb",
        f"""select setting, count(*), count(*) filter (cost_gbp is null and cost_source not in {NO_PRICE})
        from core.activity where start_at between '2023-04-01' and '2024-03-31' group by setting""",
    )
    assert {setting for setting, _, _ in found} >= {"acute", "community", "mental_health", "primary_care"}
    assert [unpriced for _, _, unpriced in found] == [0] * len(found)


def test_metrics_begin_three_years_ago(home):
    first = rows(
        home / "published" / "secondary_use" / "current.duckdb",
        """select metric_id, min(period_start)::varchar from wsic.metric
        where period_type = 'financial_year' group by metric_id""",
    )
    assert len(first) == 18
    assert {day for _, day in first} == {"2023-04-01"}
