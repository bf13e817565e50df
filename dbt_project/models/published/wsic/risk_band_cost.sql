with bands as (

    select * from {{ ref('fct_risk_band_cost') }}

)

select
    period_start,
    period_end,
    area_type,
    area_code,
    risk_band,
    setting,
    model_id,
    model_version,
    model_trained_on,
    people,
    people / area_people as share_of_people,
    people_using,
    n_contacts,
    n_emergency_attendances,
    n_emergency_admissions,
    n_bed_days,
    round(cost_gbp, 2)::double as cost_gbp,
    cost_gbp / nullif(area_cost_gbp, 0) as share_of_cost,
    cost_gbp / people as average_cost_gbp,
    round(proxy_cost_gbp, 2)::double as proxy_cost_gbp,
    n_uncosted,
from bands
