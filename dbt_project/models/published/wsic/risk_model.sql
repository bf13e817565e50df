with risk_models as (

    select * from {{ ref('fct_risk_model') }}

)

select
    variant,
    model_id,
    model_version,
    trained_on,
    reference_day,
    tried_on,
    split,
    people,
    admitted,
    intercept,
    calibration_slope,
    calibration_intercept,
    seed,
    library,
from risk_models
