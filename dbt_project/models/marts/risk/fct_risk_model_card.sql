with risk_card as (

    select * from {{ ref('risk_card') }}

)

select
    variant,
    model_id,
    model_version,
    measure,
    group_type,
    group_value,
    people,
    value,
from risk_card
