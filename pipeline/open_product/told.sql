-- What a release (database: release) shows of every count, by the measures of the secondary_use in use: null where it
-- hides it.
with measures as (
    select distinct metric_id, numerator_measure, denominator_measure from wsic.metric
),

figures as (
    select measures.numerator_measure as measure, metric.* exclude (denominator, value), metric.numerator as shown
    from release.open.metric as metric
    inner join measures using (metric_id)
    union all by name
    select measures.denominator_measure as measure, metric.* exclude (numerator, value), metric.denominator as shown
    from release.open.metric as metric
    inner join measures using (metric_id)
),

told as (
    select measure, period_type, period_start, period_end, area_type, area_code, group_type as part,
        group_value as value, shown
    from figures
    union all by name
    select 'population' as measure, 'night' as period_type, as_of as period_start, as_of as period_end, area_type,
        area_code, age_band as part, sex as value, people as shown
    from release.open.population cross join release.open.release
    union all by name
    select 'segment' as measure, 'night' as period_type, as_of as period_start, as_of as period_end, area_type,
        area_code, 'segment' as part, segment_id as value, people as shown
    from release.open.segment cross join release.open.release
)

select distinct
    measure, period_type, period_start::date as period_start, period_end::date as period_end, area_type, area_code,
    part, value, shown::bigint as shown
from told
