-- What one earlier release (database: before) said of tonight's cells: the range behind what it showed of the same
-- count of the same period, or that it hid it. Cells that it did not have are left out.
insert into told_before
with measures as (
    select distinct metric_id, numerator_measure, denominator_measure from wsic.metric
),

figures as (
    select measures.numerator_measure as measure, metric.* exclude (denominator, value), metric.numerator as shown
    from before.open.metric as metric
    inner join measures using (metric_id)
    union all by name
    select measures.denominator_measure as measure, metric.* exclude (numerator, value), metric.denominator as shown
    from before.open.metric as metric
    inner join measures using (metric_id)
),

told as (
    select measure, period_type, period_start, period_end, area_type, area_code, group_type as part,
        group_value as value, shown
    from figures
    union all by name
    select 'population' as measure, 'night' as period_type, as_of as period_start, as_of as period_end, area_type,
        area_code, age_band as part, sex as value, people as shown
    from before.open.population cross join before.open.release
    union all by name
    select 'segment' as measure, 'night' as period_type, as_of as period_start, as_of as period_end, area_type,
        area_code, 'segment' as part, segment_id as value, people as shown
    from before.open.segment cross join before.open.release
)

select
    cell.cell_id,
    told.shown is null as is_hidden,
    {low} as low,
    {high} as high,
from cell
inner join told
    using (measure, period_type, period_start, period_end, area_type, area_code, part, value);
