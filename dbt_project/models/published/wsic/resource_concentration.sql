with concentration as (

    select * from {{ ref('fct_resource_concentration') }}

)

select
    scope,
    top_share_of_people,
    people,
    round(cost_gbp, 2)::double as cost_gbp,
    cost_gbp / nullif(scope_cost_gbp, 0) as share_of_cost,
    round(least_cost_gbp, 2)::double as least_cost_gbp,
from concentration
