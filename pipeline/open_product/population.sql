-- Registered people by area, age band and sex, with every total; cell and line for suppression.
create or replace temp table counted as
with placed as (
    select
        *,
        case
            when age_years < 5 then '0-4' when age_years < 18 then '5-17' when age_years < 65 then '18-64'
            when age_years < 75 then '65-74' when age_years < 85 then '75-84' when age_years >= 85 then '85+'
            else 'unknown'
        end as age_band,
    from core.person
    where is_registered
),
areas as (
    select 'system' as area_type, 'system' as area_code, age_band, sex from placed
    union all by name
    select 'borough' as area_type, coalesce(local_authority_code, 'unknown') as area_code, age_band, sex from placed
    union all by name
    select 'pcn' as area_type, coalesce(pcn_code, 'unknown') as area_code, age_band, sex from placed
    union all by name
    select 'practice' as area_type, coalesce(practice_code, 'unknown') as area_code, age_band, sex from placed
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
        count(*) as people,
    from areas
    group by grouping sets (
        (area_type, area_code), (area_type, area_code, age_band), (area_type, area_code, sex),
        (area_type, area_code, age_band, sex)
    )
)
select
    row_number() over (order by area_type, area_code, age_band, sex) as cell_id,
    grid.*,
    coalesce(people, 0) as people,
from grid
left join counts using (area_type, area_code, age_band, sex);

create or replace temp table cell as select cell_id, people from counted;

create or replace temp table line as
select 'age|' || area_type || '|' || area_code || '|' || sex as line_id, cell_id, age_band = 'all' as is_total from counted
union all
select 'sex|' || area_type || '|' || area_code || '|' || age_band, cell_id, sex = 'all' from counted
union all
select 'area|' || parts.area_type || '|' || age_band || '|' || sex, cell_id, counted.area_type = 'system'
from counted
inner join (values ('borough'), ('pcn'), ('practice')) as parts(area_type)
    on counted.area_type in (parts.area_type, 'system');
