"""``wsic.metric`` under control, where a site marks it: months, years, groups and shared measures."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.controlled import words
from pipeline.errors import ChecksRefusedError
from tests.marked_metric import METRIC, METRIC_SQL, words_of_metric
from tests.marked_tables import Warehouse, rows

MAY = "period_start = date '2025-05-01' and period_type = 'month'"
YEAR = "period_type = 'financial_year'"
OLDER = "group_value = '65-74'"
_WRONG = (
    "is_small_and_shown", "is_not_rounded", "is_recoverable", "is_differenced",
)  # fmt: skip


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Warehouse(tmp_path_factory.mktemp("template"))
    made.change(*METRIC_SQL)
    return made.source


@pytest.fixture
def warehouse(tmp_path: Path, template: Path) -> Warehouse:
    shutil.copy(template, tmp_path)
    made = Warehouse(tmp_path, by_site=f"direct_care:{METRIC}")
    made.models = {METRIC: words_of_metric()}
    return made


def test_few_are_hidden_rates_are_of_rounded_counts_and_nothing_can_be_had(warehouse: Warehouse) -> None:
    version = warehouse.version("first")
    assert rows(version, f"from {METRIC} where numerator between 1 and 7") == []
    assert rows(warehouse.source, f"from {METRIC} where numerator between 1 and 7")
    shown = rows(
        version,
        "select numerator, denominator, value, numerator * case unit when 'per 1000 people' then 1000 when "
        f"'per cent' then 100 else 100000 end / denominator from {METRIC} where value is not null",
    )
    assert shown and all(value == pytest.approx(rate) for *_, value, rate in shown)
    assert all(count % 5 == 0 for counts in shown for count in counts[:2])
    assert [what for what in _WRONG if warehouse.found(what, version)] == []


def test_nothing_shows_the_true_counts_beside_the_rounded_ones(warehouse: Warehouse) -> None:
    hidden = (
        "value_low value_high n_numerator_people numerator_largest n_denominator_people denominator_largest"
    )
    anything = " or ".join(f"{column} is not null" for column in hidden.split())
    assert rows(warehouse.version("first"), f"from {METRIC} where {anything}") == []


def test_metrics_that_share_a_measure_show_and_hide_the_same(warehouse: Warehouse) -> None:
    """What one hides of a measure, the other would show."""
    version = warehouse.version("first")
    differ = (
        f"from {METRIC} as a inner join {METRIC} as b using (period_type, period_start, area_type, "
        "area_code, group_type, group_value, numerator_measure) "
        "where a.numerator is distinct from b.numerator"
    )
    assert rows(version, differ) == []
    place = f"{METRIC} emergency_admissions in financial_year 2025-04-01 2025-05-31 borough E2 age_band 65-74"
    warehouse.change(
        f"update {METRIC} set numerator = if(numerator is null, 20, null) where {YEAR} and {OLDER} and "
        "area_code = 'E2' and metric_id = 'emergency_admissions_again'",
        database=version,
    )
    assert any(place.split(" in ")[0] in found for found in warehouse.found("is_not_rounded", version))


def test_months_of_small_groups_are_never_shown_and_showing_one_is_found(warehouse: Warehouse) -> None:
    version = warehouse.version("first")
    never = "period_type = 'month' and area_type <> 'system' and group_type <> 'all'"
    assert (
        rows(version, f"from {METRIC} where ({never}) and (numerator is not null or value is not null)") == []
    )
    assert rows(version, f"from {METRIC} where {never}")
    warehouse.change(f"update {METRIC} set denominator = 70 where {never}", database=version)
    assert f"{METRIC} in rows that are never shown" in warehouse.found("is_small_and_shown", version)


TIES = {
    # April and May are the year: the month that is hidden is the year less the other.
    "spans": (
        f"update {METRIC} set numerator = null where numerator is not null; "
        f"update {METRIC} set numerator = 5 * ((t.numerator + 2) // 5) from truth as t where "
        f"t.metric_id = {METRIC}.metric_id and t.period_type = {METRIC}.period_type and t.period_start = "
        f"{METRIC}.period_start and t.area_code = {METRIC}.area_code and t.group_value = "
        f"{METRIC}.group_value and t.area_code = 'system' and t.metric_id = 'emergency_admissions' and "
        f"{METRIC}.group_value = '65-74' and not (t.period_type = 'month' and month(t.period_start) = 5)",
        "emergency_admissions in month 2025-05-01 2025-05-31 age_band 65-74",
    ),
    # Who is counted of 65 and over at 65 to 74 is everybody at 65 to 74.
    "same": (
        f"update {METRIC} set numerator = null; update {METRIC} set numerator = 15 where "
        f"area_code = 'system' and {OLDER} and {MAY} and metric_id = 'emergency_admissions_65_plus'",
        "emergency_admissions in month 2025-05-01 2025-05-31 age_band 65-74",
    ),
}


@pytest.mark.parametrize("tie", TIES)
def test_what_a_tie_gives_away_is_found_by_that_tie(tie: str, warehouse: Warehouse) -> None:
    """Without the word that ties them, the same cells could not be had: then nobody would find it."""
    warehouse.change(
        f"update {METRIC} set n_numerator_people = 2 where numerator_measure like 'emergency_admissions' and "
        f"area_code = 'system' and {OLDER} and {MAY}"
    )
    warehouse.change(f"create or replace table truth as from {METRIC}")
    version = warehouse.version("first")
    statement, place = TIES[tie]
    warehouse.change(*statement.split("; "), database=version)
    assert any(found.endswith(place) for found in warehouse.found("is_recoverable", version))
    del warehouse.models[METRIC][words.META][tie]
    assert not any(found.endswith(place) for found in warehouse.found("is_recoverable", version))


def test_two_measures_that_are_nearly_one_number_are_tied_everywhere(warehouse: Warehouse) -> None:
    """What attendances with both times show is what attendances hide, in every group."""
    for metric_id, measure in (
        ("emergency_admissions", "emergency_attendances"),
        ("emergency_admissions_again", "emergency_attendances_timed"),
    ):
        warehouse.change(
            f"update {METRIC} set numerator_measure = '{measure}' where metric_id = '{metric_id}'"
        )
    warehouse.change(
        f"update {METRIC} set n_numerator_people = 2 where numerator_measure = 'emergency_attendances' and "
        f"area_code = 'system' and {OLDER} and {MAY}"
    )
    version = warehouse.version("first")
    warehouse.change(
        f"update {METRIC} set numerator = null",
        f"update {METRIC} set numerator = 15 where area_code = 'system' and {OLDER} and {MAY} and "
        "numerator_measure = 'emergency_attendances_timed'",
        database=version,
    )
    place = "emergency_attendances in month 2025-05-01 2025-05-31 age_band 65-74"
    assert any(found.endswith(place) for found in warehouse.found("is_recoverable", version))
    ties = warehouse.models[METRIC][words.META]["same"]
    ties[:] = [tie for tie in ties if "column" in tie]
    assert not any(found.endswith(place) for found in warehouse.found("is_recoverable", version))


def test_open_is_made_from_its_true_counts_so_it_is_not_marked_there(warehouse: Warehouse) -> None:
    with pytest.raises(ChecksRefusedError, match="open product is made from its true counts"):
        words.marked_tables(warehouse.models, "secondary_use", f"secondary_use:{METRIC}")
