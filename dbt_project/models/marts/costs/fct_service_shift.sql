with measured as (

    select * from {{ ref('int_services__measured') }}

),

people as (

    select
        person_key,
        local_authority_code,
        pcn_code,
        practice_code,
        coalesce(age_years, 16) as age_years,
    from {{ ref('int_people__costed') }}

),

services as (

    select * from {{ ref('shift_services') }}

),

shifts as (

    select * from {{ ref('service_shifts') }}

),

needs as (

    select * from {{ ref('service_shift_needs') }}

),

placed as (

    select
        {{ areas_of('people') }},
        people.person_key,
        people.age_years,
    from people

),

areas as (

    select distinct area_type, area_code from placed

),

-- People alike in age, so that what follows reads few rows.
volumes as (

    select
        placed.area_type,
        placed.area_code,
        placed.age_years,
        measured.service_id,
        sum(measured.n_units) as n_units,
        sum(measured.n_costed_units) as n_costed_units,
        coalesce(sum(measured.cost_gbp), 0) as cost_gbp,
    from placed
    inner join measured on placed.person_key = measured.person_key
    group by placed.area_type, placed.area_code, placed.age_years, measured.service_id

),

totals as (

    select area_type, area_code, service_id, sum(n_units) as n_units, sum(cost_gbp) as cost_gbp
    from volumes
    group by area_type, area_code, service_id

),

-- What one costs in the whole system, of those whose cost is known.
unit_costs as (

    select service_id, sum(cost_gbp) / nullif(sum(n_costed_units), 0) as unit_cost_gbp
    from volumes
    where area_type = 'system'
    group by service_id

),

moved as (

    select
        shifts.scenario_id,
        shifts.shift_id,
        shifts.from_service,
        volumes.area_type,
        volumes.area_code,
        sum(volumes.n_units) * shifts.share_moved as n_units,
    from shifts
    inner join volumes
        on shifts.from_service = volumes.service_id and volumes.age_years between shifts.min_age and shifts.max_age
    group by
        shifts.scenario_id,
        shifts.shift_id,
        shifts.from_service,
        shifts.share_moved,
        volumes.area_type,
        volumes.area_code

),

changes as (

    select scenario_id, area_type, area_code, from_service as service_id, {{ exact('-n_units') }} as n_units from moved
    union all
    select
        moved.scenario_id,
        moved.area_type,
        moved.area_code,
        needs.to_service as service_id,
        {{ exact('moved.n_units * needs.units_for_each') }} as n_units,
    from moved
    inner join needs on moved.scenario_id = needs.scenario_id and moved.shift_id = needs.shift_id

),

changed as (

    select scenario_id, area_type, area_code, service_id, sum(n_units) as n_units
    from changes
    group by scenario_id, area_type, area_code, service_id

),

-- Every service of a scenario is told in every area, though nobody had it there.
scenario_services as (

    select scenario_id, any_value(scenario_name) as scenario_name, from_service as service_id
    from shifts
    group by scenario_id, from_service
    union
    select shifts.scenario_id, any_value(shifts.scenario_name) as scenario_name, needs.to_service as service_id
    from shifts
    inner join needs on shifts.scenario_id = needs.scenario_id and shifts.shift_id = needs.shift_id
    group by shifts.scenario_id, needs.to_service

)

select
    scenario_services.scenario_id,
    scenario_services.scenario_name,
    areas.area_type,
    areas.area_code,
    services.service_id,
    services.service_name,
    services.setting,
    services.unit,
    coalesce(totals.n_units, 0) as activity_before,
    coalesce(changed.n_units, 0) as activity_change,
    unit_costs.unit_cost_gbp,
    coalesce(totals.cost_gbp, 0) as cost_before_gbp,
    if(coalesce(changed.n_units, 0) = 0, 0, {{ exact('changed.n_units * unit_costs.unit_cost_gbp') }}) as net_cost_gbp,
from scenario_services
cross join areas
inner join services on scenario_services.service_id = services.service_id
left join totals
    on
        areas.area_type = totals.area_type
        and areas.area_code = totals.area_code
        and services.service_id = totals.service_id
left join changed
    on
        scenario_services.scenario_id = changed.scenario_id
        and areas.area_type = changed.area_type
        and areas.area_code = changed.area_code
        and services.service_id = changed.service_id
left join unit_costs on services.service_id = unit_costs.service_id
