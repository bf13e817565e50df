-- Rows that speak against it: a feature that the model does not weigh, or a weight of what is no feature.
with features as (

    select unnest({{ risk_features() }}) as feature

),

models as (

    select model_version from {{ ref('risk_models') }}

),

coefficients as (

    select * from {{ ref('risk_coefficients') }}

)

select features.feature, coefficients.feature as weighed
from features
cross join models
full join coefficients
    on features.feature = coefficients.feature and models.model_version = coefficients.model_version
where features.feature is null or coefficients.coefficient is null or coefficients.cap is null
