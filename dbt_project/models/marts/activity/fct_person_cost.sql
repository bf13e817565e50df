with apportioned as (

    select * from {{ ref('int_costs__apportioned') }}

)

select
    person_key,
    financial_year,
    setting,
    sum({{ exact('cost_gbp') }}) as cost_gbp,
    coalesce(sum({{ exact('cost_gbp') }}) filter (where cost_is_proxy), 0) as proxy_cost_gbp,
    count(*) as n_costed,
from apportioned
group by person_key, financial_year, setting
