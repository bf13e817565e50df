with person_costs as (

    select * from {{ ref('fct_person_cost') }}

)

select
    person_key,
    financial_year,
    setting,
    round(cost_gbp, 2)::double as cost_gbp,
    round(proxy_cost_gbp, 2)::double as proxy_cost_gbp,
    n_costed,
from person_costs
