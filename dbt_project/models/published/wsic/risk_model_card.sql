with risk_model_cards as (

    select * from {{ ref('fct_risk_model_card') }}

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
from risk_model_cards
