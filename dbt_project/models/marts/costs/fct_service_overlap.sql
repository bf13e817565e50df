with people as (

    select * from {{ ref('int_people__costed') }}

),

placed as (

    select
        {{ areas_of('people') }},
        people.settings,
        people.last_12_months_cost_gbp as cost_gbp,
    from people

),

counted as (

    select area_type, area_code, settings, count(*) as people, sum(cost_gbp) as cost_gbp
    from placed
    group by area_type, area_code, settings

)

select
    *,
    sum(people) over (partition by area_type, area_code) as area_people,
    sum(cost_gbp) over (partition by area_type, area_code) as area_cost_gbp,
from counted
