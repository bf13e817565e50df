"""Metrics of a small system: months within a year, groups within everybody, measures that metrics share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
METRIC = "wsic.metric"
# Two boroughs, and who is 65 and over, in a year of two months: 3 admissions of one borough in May.
_COUNTED = """
create or replace temp table counted as
select * from (values
    ('E1', '18-64', 100, 30, 21), ('E1', '65-74', 60, 18, 14), ('E1', '85+', 40, 12, 11),
    ('E2', '18-64', 90, 25, 24), ('E2', '65-74', 70, 19, 3), ('E2', '85+', 45, 11, 13)
) as t(borough, age_band, people, april, may)
"""
_METRIC = """
create or replace table wsic.metric as
with periods as (
    select * from (values
        ('month', date '2025-04-01', date '2025-04-30'), ('month', date '2025-05-01', date '2025-05-31'),
        ('financial_year', date '2025-04-01', date '2025-05-31')
    ) as t(period_type, period_start, period_end)
),
placed as (
    select counted.*, periods.*,
        case when period_type = 'financial_year' then april + may when month(period_start) = 4 then april
            else may end as admissions,
        unnest([
            {'area_type': 'system', 'area_code': 'system'}, {'area_type': 'borough', 'area_code': borough}
        ], recursive := true)
    from counted cross join periods
),
grouped as (
    select placed.*,
        unnest([
            {'group_type': 'all', 'group_value': 'all'}, {'group_type': 'age_band', 'group_value': age_band}
        ], recursive := true)
    from placed
),
measured as (
    select period_type, period_start, period_end, area_type, area_code, group_type, group_value,
        sum(people) as people, sum(admissions) as admissions,
        sum(people) filter (age_band <> '18-64') as people_65, sum(admissions) filter (age_band <> '18-64') as
        admissions_65
    from grouped group by all
)
select metric_id, '1' as metric_version, period_type, period_start, period_end, area_type, area_code,
    group_type, group_value, numerator::double as numerator, denominator::double as denominator,
    numerator * scale / denominator as value, unit, numerator * scale / denominator as value_low,
    numerator * scale / denominator as value_high, 'complete' as coverage,
    numerator_measure, denominator_measure,
    numerator::bigint as n_numerator_people, least(numerator, 1)::bigint as numerator_largest,
    denominator::bigint as n_denominator_people, 1::bigint as denominator_largest
from (
    select *, 'emergency_admissions' as metric_id, admissions as numerator, people as denominator,
        1000 as scale, 'per 1000 people' as unit, 'emergency_admissions' as numerator_measure,
        'people' as denominator_measure
    from measured
    union all
    select *, 'emergency_admissions_65_plus', admissions_65, people_65, 100000, 'per 100000 people',
        'emergency_admissions_65_plus', 'people_65_plus'
    from measured where people_65 is not null
    union all
    select *, 'emergency_admissions_again', admissions, people, 100, 'per cent',
        'emergency_admissions', 'people'
    from measured
)
"""
_OVERLAP = """
create or replace table wsic.area_overlap as
select distinct period_type, period_start, period_end, area_code as borough_code, 'unknown' as pcn_code,
    1 as people
from wsic.metric where area_type = 'borough'
"""
METRIC_SQL = (_COUNTED, _METRIC, _OVERLAP)


def words_of_metric() -> dict[str, Any]:
    """What the project's own model of metrics says of itself."""
    path = ROOT / "dbt_project" / "models" / "published" / "wsic" / "metric.yml"
    meta: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))["models"][0]["config"]["meta"]
    return meta
