-- Every count of the open product, in every table of it: what is published together is protected together.
-- part and value say which of what an area and a period are broken down by: age_band and sex in population, a
-- segment in segment, the group in a measure.
create or replace temp table cell as
with as_of as (
    select max_by(as_of, started_at)::date as as_of from audit.run  -- those before it stand there, too
),
counts as (
    select
        'population' as measure, 'night' as period_type, as_of as period_start, as_of as period_end, area_type,
        area_code, age_band as part, sex as value, people as amount, people, least(people, 1) as largest,
    from counted_population cross join as_of
    union all by name
    select
        'segment' as measure, 'night' as period_type, as_of as period_start, as_of as period_end, area_type, area_code,
        'segment' as part, segment_id as value, people as amount, people, least(people, 1) as largest,
    from counted_segment cross join as_of
    union all by name
    select * exclude (is_ambiguous, group_type, group_value), group_type as part, group_value as value
    from counted_measure
)
select
    row_number() over (
        order by measure, period_type, period_start, area_type, area_code, part, value
    ) - 1 as cell_id,
    dense_rank() over (order by measure, period_type, period_start) - 1 as figure,
    false as is_derived,
    *,
from counts;
