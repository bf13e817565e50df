with budgets as (

    select * from {{ ref('fct_capitation_budget') }}

)

select
    segment_id,
    area_type,
    area_code,
    segment_name,
    people::bigint as people,
    person_years,
    average_cost_gbp,
    round(budget_gbp, 2) as budget_gbp,
    round(adjusted_budget_gbp, 2)::double as adjusted_budget_gbp,
    round(actual_cost_gbp, 2)::double as actual_cost_gbp,
    actual_cost_gbp / nullif(adjusted_budget_gbp, 0) as cost_ratio,
    round(proxy_cost_gbp, 2)::double as proxy_cost_gbp,
    n_uncosted::bigint as n_uncosted,
    shadow_year,
    shadow_person_years,
    shadow_average_cost_gbp,
    round(shadow_average_cost_gbp * shadow_person_years, 2) as shadow_budget_gbp,
    round(shadow_actual_cost_gbp, 2)::double as shadow_actual_cost_gbp,
from budgets
