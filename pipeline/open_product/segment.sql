-- People by population segment and area, with totals.
create or replace temp table counted_segment as
with areas as (
    select area_type, area_code, segment_id, segment_name, people from wsic.population_count where segment_id <> 'all'
),
names as (
    select segment_id, min(segment_name) as segment_name from areas group by all
    union all
    select 'all', 'All segments'
),
counts as (
    select area_type, area_code, coalesce(segment_id, 'all') as segment_id, sum(people)::bigint as people
    from areas
    group by grouping sets ((area_type, area_code), (area_type, area_code, segment_id))
)
select
    a.area_type,
    a.area_code,
    names.segment_id,
    names.segment_name,
    coalesce(people, 0) as people,
from (select distinct area_type, area_code from areas) as a
cross join names
left join counts using (area_type, area_code, segment_id);
