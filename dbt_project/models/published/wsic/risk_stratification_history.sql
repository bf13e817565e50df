with spans as (

    select * from {{ ref('fct_risk_stratification_history') }}

)

select
    person_key,
    model_id,
    variant,
    model_version,
    model_trained_on,
    score,
    band,
    drivers,
    score_before,
    is_rising,
    thresholds_met,
    published_from,
    published_until,
from spans
