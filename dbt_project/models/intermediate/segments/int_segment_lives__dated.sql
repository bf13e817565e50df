{{ config(materialized='table') }}
with bounds as (

    select * from {{ ref('int_segment_days__bounded') }}

),

rules as (

    select min_age, max_age from {{ ref('population_segments') }}

),

birthdays as (

    select min_age as age from rules
    where min_age > 0
    union
    select max_age + 1 as age from rules

),

people as (

    select
        known.person_key,
        known.birth_month,
        known.age_years,
        shown.birth_month is null as is_month_hidden,
    from {{ ref('dim_person') }} as known
    inner join {{ ref('dim_generalised_person') }} as shown on known.person_key = shown.person_key
    where not (known.is_deceased and known.died_on is null)

),

-- Of whom a change of segment on the first of a month would tell the month of birth, which the product does not show.
told_by_change as (

    select distinct people.person_key
    from people
    cross join bounds
    cross join birthdays
    where
        people.is_month_hidden
        and people.birth_month + to_years(birthdays.age) > bounds.first_day
        and people.birth_month + to_years(birthdays.age) <= bounds.as_of

)

select
    people.person_key,
    people.birth_month,
    -- Of unknown age: an adult.
    if(people.birth_month is null, 16, null) as fixed_age,
    true as is_counted,
    told_by_change.person_key is null as is_shown,
from people
left join told_by_change on people.person_key = told_by_change.person_key
union all
select
    people.person_key,
    null as birth_month,
    people.age_years as fixed_age,
    false as is_counted,
    true as is_shown,
from people
inner join told_by_change on people.person_key = told_by_change.person_key
