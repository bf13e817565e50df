-- Rows that speak against it: a rule that asks for what nobody can have, or counts from nothing; a scheme that has no
-- place for an age; a missing scheme.
with rules as (

    select * from {{ ref('population_segments') }}

),

needs as (

    select condition_id as need from {{ ref('conditions') }}
    union all
    select unnest(['any_long_term', 'emergency_admission', 'anything']) as need

),

schemes as (

    select distinct scheme_id from rules
    union
    select unnest(['ten_groups', 'bridges_to_health']) as scheme_id

),

ages as (

    select unnest(range(0, 120)) as age

),

open_to_all as (

    select distinct rules.scheme_id, ages.age
    from rules
    inner join ages on ages.age between rules.min_age and rules.max_age
    where rules.need = 'anything' and rules.within_years is null and rules.within_days is null

)

select rules.scheme_id, rules.segment_id, rules.need as wrong
from rules
left join needs on rules.need = needs.need
where
    needs.need is null
    or rules.segment_id in ('new', 'left')
    or (rules.within_years is not null and rules.within_days is not null)
    or coalesce(rules.counted_from not in ('first', 'latest'), false)
    or (rules.counted_from is null) != (coalesce(rules.within_years, rules.within_days) is null)
union all
select schemes.scheme_id, null as segment_id, 'age ' || ages.age as wrong
from schemes
cross join ages
left join open_to_all on schemes.scheme_id = open_to_all.scheme_id and ages.age = open_to_all.age
where open_to_all.age is null
