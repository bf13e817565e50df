-- People by population segment and area, with totals; cell and line for suppression.
create or replace temp table counted as
with placed as (
    select segment.segment_id, segment.segment_name, person.*
    from wsic.population_segment as segment
    inner join core.person as person on segment.person_key = person.person_key
    where person.is_registered
),
areas as (
    select 'system' as area_type, 'system' as area_code, segment_id from placed
    union all by name
    select 'borough' as area_type, coalesce(local_authority_code, 'unknown') as area_code, segment_id from placed
    union all by name
    select 'pcn' as area_type, coalesce(pcn_code, 'unknown') as area_code, segment_id from placed
    union all by name
    select 'practice' as area_type, coalesce(practice_code, 'unknown') as area_code, segment_id from placed
),
names as (
    select segment_id, min(segment_name) as segment_name from placed group by all
    union all
    select 'all', 'All segments'
),
counts as (
    select area_type, area_code, coalesce(segment_id, 'all') as segment_id, count(*) as people
    from areas
    group by grouping sets ((area_type, area_code), (area_type, area_code, segment_id))
)
select
    row_number() over (order by area_type, area_code, segment_id) as cell_id,
    a.area_type,
    a.area_code,
    names.segment_id,
    names.segment_name,
    coalesce(people, 0) as people,
from (select distinct area_type, area_code from areas) as a
cross join names
left join counts using (area_type, area_code, segment_id);

create or replace temp table cell as select cell_id, people from counted;

create or replace temp table line as
select 'segment|' || area_type || '|' || area_code as line_id, cell_id, segment_id = 'all' as is_total from counted
union all
select 'area|' || parts.area_type || '|' || segment_id, cell_id, counted.area_type = 'system'
from counted
inner join (values ('borough'), ('pcn'), ('practice')) as parts(area_type)
    on counted.area_type in (parts.area_type, 'system');
