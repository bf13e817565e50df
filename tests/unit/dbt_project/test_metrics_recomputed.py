"""All metrics of three hundred made-up people, worked out a second time; and who may be counted in them."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from tests.recomputed.metrics import compare

_PEOPLE = "select distinct metric_id, link_threshold, period_id, linked_key"


def test_every_metric_is_what_its_definition_says(built, pseudonymised: Path) -> None:
    """At the middle threshold and at both ends of the range, to the last digit."""
    found = compare(pseudonymised, built.database)
    assert found.differing == {}
    assert len(found.most) == 18
    assert [metric_id for metric_id, most in found.most.items() if most == 0] == []
    assert found.rows > 100_000
    assert found.ranges > 100


_WRONG = [
    ("numerator = numerator + 1", "metric_id = 'falls_admissions_65_plus' and area_type = 'practice'"),
    ("value_high = value_high + 1e-9", "metric_id = 'total_bed_days' and group_type = 'sex' and value > 0"),
    ("value = 0", "metric_id = 'reablement_at_home_84_days' and value is null and group_type = 'all'"),
    ("denominator = denominator - 1", "metric_id = 'emergency_bed_days' and group_type = 'ethnic_group'"),
    ("value_low = 0", "metric_id = 'emergency_admissions' and group_type = 'imd_quintile' and value_low > 0"),
    ("numerator = numerator + 1", "metric_id = 'discharge_delay_days' and group_type = 'segment'"),
]


def test_the_comparison_sees_a_single_wrong_row(built, pseudonymised: Path, tmp_path: Path) -> None:
    """One of each of six metrics, each wrong in a way of its own, by other groups and areas."""
    copied = shutil.copy(built.database, tmp_path / "wrong.duckdb")
    with duckdb.connect(str(copied)) as connection:
        for wrong, where in _WRONG:
            first = f"(select rowid from wsic.metric where {where} limit 1)"
            connection.execute(f"update wsic.metric set {wrong} where rowid = {first}")
    wanted = {where.split("'")[1]: 1 for _, where in _WRONG}
    assert compare(pseudonymised, Path(copied)).differing == wanted


def test_people_are_counted_by_the_group_of_the_day(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Else the comparison would show little: the dead have one, and many had another than tonight's."""
    told = (
        "select count(*) from marts.fct_population_period as p inner join intermediate.int_periods__listed "
        "using (period_id) left join wsic.population_segment as s using (person_key) where {}"
    )
    assert warehouse.execute(told.format("p.segment_id <> s.segment_id")).fetchone() > (100,)
    assert warehouse.execute(told.format("not is_registered and p.segment_id <> 'unknown'")).fetchone() > (5,)
    assert warehouse.execute(
        told.format("p.segment_id = 'unknown' and link_threshold = 'middle'")
    ).fetchone() == (0,)


def test_the_comparison_sees_a_lost_month(built, pseudonymised: Path, tmp_path: Path) -> None:
    """Periods are listed a second time too, and not taken from what was made."""
    copied = Path(shutil.copy(built.database, tmp_path / "lost.duckdb"))
    with duckdb.connect(str(copied)) as connection:
        connection.execute(
            "delete from wsic.metric where period_type = 'month' "
            "and period_start = (select min(period_start) from wsic.metric where period_type = 'month')"
        )
    assert len(compare(pseudonymised, copied).differing) > 10


def test_whoever_is_counted_above_is_counted_below(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Of each metric, period and threshold, the numerator's people are among the denominator's."""
    part = (
        "{} from seeds.metrics inner join intermediate.int_people__measured "
        "on measure = metrics.{}_measure and link_threshold = '{}'"
    )
    counted = {}
    for threshold in ("middle", "strict", "loose"):
        above, below = (part.format(_PEOPLE, which, threshold) for which in ("numerator", "denominator"))
        assert warehouse.execute(f"({above}) except ({below})").fetchall() == []
        counted[threshold] = len(warehouse.execute(above).fetchall())
    assert counted["middle"] > counted["strict"] > 0
    assert counted["loose"] > 0
