-- Registered people by area, age band and sex, with every total.
create or replace temp table counted_population as
with areas as (
    select area_type, area_code, age_band, sex, people from wsic.population_count where segment_id = 'all'
),
-- Every combination of what occurs, so that nobody is a 0 and not a gap.
grid as (
    select a.area_type, a.area_code, b.age_band, s.sex
    from (select distinct area_type, area_code from areas) as a
    cross join (select distinct age_band from areas union all select 'all') as b
    cross join (select distinct coalesce(sex, 'unknown') as sex from areas union all select 'all') as s
),
counts as (
    select
        area_type,
        area_code,
        coalesce(age_band, 'all') as age_band,
        case when grouping(sex) = 1 then 'all' else coalesce(sex, 'unknown') end as sex,
        sum(people)::bigint as people,
    from areas
    group by grouping sets (
        (area_type, area_code), (area_type, area_code, age_band), (area_type, area_code, sex),
        (area_type, area_code, age_band, sex)
    )
)
select
    grid.*,
    coalesce(people, 0) as people,
from grid
left join counts using (area_type, area_code, age_band, sex);
