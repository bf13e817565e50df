with combinations as (

    select * from {{ ref('fct_service_overlap') }}

)

select
    area_type,
    area_code,
    settings,
    people,
    round(cost_gbp, 2)::double as cost_gbp,
    people / area_people as share_of_people,
    cost_gbp / nullif(area_cost_gbp, 0) as share_of_cost,
from combinations
