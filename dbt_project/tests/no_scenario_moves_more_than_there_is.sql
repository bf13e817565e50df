-- Scenarios that speak against it: more than all of a service is moved, or less than none; nobody is old enough; a need is
-- negative, or of a shift that there is not.
with shifts as (

    select * from {{ ref('service_shifts') }}

),

needs as (

    select * from {{ ref('service_shift_needs') }}

)

select scenario_id, from_service as place
from shifts
group by scenario_id, from_service
having sum(share_moved) > 1 or min(share_moved) < 0 or bool_or(min_age > max_age)
union all
select needs.scenario_id, needs.shift_id as place
from needs
left join shifts on needs.scenario_id = shifts.scenario_id and needs.shift_id = shifts.shift_id
where shifts.shift_id is null or needs.units_for_each < 0
