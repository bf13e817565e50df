"""A small night's metrics, worked out again from the rows that the night let through its wall."""

from __future__ import annotations

import pytest

from tests.recomputed import coverage
from tests.recomputed.metrics import compare

# Of 300 people hardly anybody goes to a care home, dies after three emergencies, or comes home to
# reablement: tests/unit/dbt_project/test_metrics_recomputed.py has people who were made for it.
RARE = {
    "care_home_admissions_65_plus",
    "people_with_three_or_more_emergency_admissions_in_last_90_days_of_life",
    "reablement_at_home_84_days",
    "avoidable_admissions_75_plus_with_social_care",
}


@pytest.mark.parametrize("product", ["direct_care", "secondary_use"])
def test_every_metric_of_the_night_is_what_its_definition_says(small_night, product: str) -> None:
    found = compare(small_night.home / "pseudonymised" / product, small_night.product(product))
    assert found.differing == {}
    assert {metric_id for metric_id, most in found.most.items() if most == 0} <= RARE
    assert len(found.most) == 18


@pytest.mark.parametrize("product", ["direct_care", "secondary_use"])
def test_how_far_the_feeds_of_the_night_reach_is_what_its_definition_says(small_night, product: str) -> None:
    found = coverage.compare(small_night.home / "pseudonymised" / product, small_night.product(product))
    assert found.differing == []
    assert found.counted
