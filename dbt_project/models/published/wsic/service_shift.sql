with shifts as (

    select * from {{ ref('fct_service_shift') }}

),

-- The net effect is known only where every part of it is.
net as (

    select
        scenario_id,
        any_value(scenario_name) as scenario_name,
        area_type,
        area_code,
        'all' as service_id,
        'Net effect' as service_name,
        'all' as setting,
        sum(cost_before_gbp) as cost_before_gbp,
        if(count(net_cost_gbp) = count(*), sum(net_cost_gbp), null) as net_cost_gbp,
    from shifts
    group by scenario_id, area_type, area_code

),

told as (

    select * from shifts
    union all by name
    select * from net

)

select
    scenario_id,
    scenario_name,
    area_type,
    area_code,
    service_id,
    service_name,
    setting,
    unit,
    activity_before::double as activity_before,
    (activity_before + activity_change)::double as activity_after,
    unit_cost_gbp,
    round(cost_before_gbp, 2)::double as cost_before_gbp,
    round(cost_before_gbp + net_cost_gbp, 2)::double as cost_after_gbp,
    round(net_cost_gbp, 2)::double as net_cost_gbp,
from told
