-- Rows that speak against it: a feature that its variant's model does not weigh, or a weight of what is no feature.
with features as (

    select 'hospital_gp' as variant, unnest({{ risk_features('hospital_gp') }}) as feature
    union all
    select 'whole_system' as variant, unnest({{ risk_features('whole_system') }}) as feature

),

models as (

    select variant, model_version from {{ ref('risk_models') }}

),

wanted as (

    select models.variant, models.model_version, features.feature
    from models
    inner join features on models.variant = features.variant

),

coefficients as (

    select * from {{ ref('risk_coefficients') }}

)

select wanted.feature, coefficients.feature as weighed
from wanted
full join coefficients
    on
        wanted.variant = coefficients.variant
        and wanted.model_version = coefficients.model_version
        and wanted.feature = coefficients.feature
where wanted.feature is null or coefficients.coefficient is null or coefficients.cap is null
