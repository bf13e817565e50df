-- Which cells of one table add up: in a line the parts have sign 1 and their total -1. Where a line does not come out
-- exactly (people without a borough, people who moved between a month and the year's end), the attack takes what is
-- missing for known: it protects more than it must, never less.
create or replace temp table keyed as
select
    *,
    concat_ws('|', measure, period_type, period_start, area_type, area_code) as place_key,
    concat_ws('|', measure, period_type, period_start, part, value) as group_key,
from cell;

create or replace temp table line as
-- Areas within areas: the system is the total of every kind of area, a network that of its practices.
with nested as (
    select distinct
        'practice' as area_type, practice_code as area_code, 'pcn' as total_type, pcn_code as total_code
    from core.person
    where practice_code is not null and pcn_code is not null
    union all
    select distinct cell.area_type, cell.area_code, 'system' as total_type, total.area_code as total_code
    from cell
    cross join (select distinct area_code from cell where area_type = 'system') as total
    where cell.area_type <> 'system'
),

broken_down as (
    select distinct place_key, part from keyed where measure not in ('population', 'segment') and part <> 'all'
),

-- A year's events are those of its months; who is counted on the last day is the same in month and year.
years as (
    select
        measure, period_start, period_end,
        measure like '%people%' or measure like 'long\_term\_social\_care%' escape '\' as is_stock,
    from cell
    where period_type = 'financial_year'
    group by all
)

select concat_ws('|', 'group', place_key, part) as line_name, cell_id, 1 as sign
from keyed
where measure not in ('population', 'segment') and part <> 'all'
union all
select concat_ws('|', 'group', keyed.place_key, broken_down.part), keyed.cell_id, -1
from keyed
inner join broken_down on keyed.place_key = broken_down.place_key
where keyed.part = 'all' and keyed.measure not in ('population', 'segment')
union all
select concat_ws('|', 'segments', area_type, area_code), cell_id, if(value = 'all', -1, 1)
from keyed
where measure = 'segment'
union all
select concat_ws('|', 'ages', area_type, area_code, value), cell_id, if(part = 'all', -1, 1)
from keyed
where measure = 'population'
union all
select concat_ws('|', 'sexes', area_type, area_code, part), cell_id, if(value = 'all', -1, 1)
from keyed
where measure = 'population'
union all
select concat_ws('|', 'area', keyed.group_key, total_type, total_code, nested.area_type), keyed.cell_id, 1
from keyed
inner join nested on keyed.area_type = nested.area_type and keyed.area_code = nested.area_code
union all
select concat_ws('|', 'area', keyed.group_key, totals.total_type, totals.total_code, totals.area_type), keyed.cell_id, -1
from keyed
inner join (select distinct total_type, total_code, area_type from nested) as totals
    on keyed.area_type = totals.total_type and keyed.area_code = totals.total_code
union all
select
    concat_ws('|', 'year', years.measure, years.period_start, area_type, area_code, part, value), keyed.cell_id, 1
from keyed
inner join years
    on
        keyed.measure = years.measure
        and keyed.period_end between years.period_start and years.period_end
        and (keyed.period_end = years.period_end or not years.is_stock)
where keyed.period_type = 'month'
union all
select concat_ws('|', 'year', measure, period_start, area_type, area_code, part, value), cell_id, -1
from keyed
where period_type = 'financial_year';

-- The same people counted in two tables of one night, the measures of people of 65 and over beside everybody's, and
-- attendances with both times beside all of them: two cells that are one number, or nearly.
insert into line
with told as (
    select
        cell_id, measure, period_end, area_type, area_code,
        case
            when measure = 'segment' then if(value = 'all', 'all', 'segment')
            when value = 'all' then if(part = 'all', 'all', 'age_band')
            else 'sex'
        end as part,
        if(measure = 'population' and value = 'all', part, value) as value,
    from cell
    where measure = 'segment' or (measure = 'population' and (part = 'all' or value = 'all'))
),

pairs as (
    select told.cell_id as one, cell.cell_id as other
    from told
    inner join cell using (period_end, area_type, area_code, part, value)
    where cell.measure = 'people'
    union all
    select one.cell_id, other.cell_id
    from told as one
    inner join told as other using (period_end, area_type, area_code, part, value)
    where one.measure = 'population' and other.measure = 'segment'
    union all
    select older.cell_id, everybody.cell_id
    from cell as older
    inner join cell as everybody using (period_type, period_start, area_type, area_code, part, value)
    where
        older.measure = everybody.measure || '_65_plus'
        and everybody.part = 'age_band'
        and everybody.value in ('65-74', '75-84', '85+')
    union all
    select timed.cell_id, everything.cell_id
    from cell as timed
    inner join cell as everything using (period_type, period_start, area_type, area_code, part, value)
    where timed.measure = 'emergency_attendances_timed' and everything.measure = 'emergency_attendances'
)

select concat_ws('|', 'pair', one, other), unnest([one, other]), unnest([1, -1])
from pairs;

-- Measures that are part of others: what is left of the whole is a cell that nobody publishes, and not below 0. Where a
-- part is larger than its whole, in data that contradict themselves, it tells nothing.
create or replace temp table remainder as
with parts (part_measure, whole_measure) as (
    values
    ('people_65_plus', 'people'),
    ('people_75_plus_with_social_care', 'people_65_plus'),
    ('long_term_social_care_65_plus', 'people_65_plus'),
    ('emergency_admissions_65_plus', 'emergency_admissions'),
    ('avoidable_chronic_admissions', 'emergency_admissions'),
    ('avoidable_acute_admissions', 'emergency_admissions'),
    ('falls_admissions_65_plus', 'emergency_admissions_65_plus'),
    ('avoidable_admissions_75_plus_with_social_care', 'emergency_admissions_65_plus'),
    ('stays_readmitted', 'stays_followed'),
    ('emergency_bed_days', 'bed_days'),
    ('emergency_attendances_over_4_hours', 'emergency_attendances_timed'),
    ('adult_discharges_home', 'adult_discharges'),
    ('reablement_discharges_at_home', 'reablement_discharges'),
    ('outpatient_appointments_missed', 'outpatient_appointments'),
    ('deaths_after_three_admissions', 'deaths')
)

select
    row_number() over (order by part.cell_id, whole.cell_id) - 1 + (select count(*) from cell) as cell_id,
    part.cell_id as part_id,
    whole.cell_id as whole_id,
    concat_ws(' ', whole.measure, 'without', part.measure) as measure,
    whole.amount - part.amount as amount,
from parts
inner join cell as part on parts.part_measure = part.measure
inner join cell as whole
    on
        parts.whole_measure = whole.measure
        and part.period_type = whole.period_type
        and part.period_start = whole.period_start
        and part.area_type = whole.area_type
        and part.area_code = whole.area_code
        and part.part = whole.part
        and part.value = whole.value
where part.amount <= whole.amount and whole.amount > 0;

insert into line
select concat_ws('|', 'remainder', cell_id), unnest([part_id, cell_id, whole_id]), unnest([1, 1, -1])
from remainder;

insert into cell by name
select cell_id, -1 as figure, true as is_derived, measure, amount from remainder;
