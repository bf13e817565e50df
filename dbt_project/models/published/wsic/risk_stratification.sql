with scores as (

    select * from {{ ref('fct_risk_score') }}

),

models as (

    select model_id, variant, trained_on from {{ ref('risk_models') }}

)

select
    scores.person_key,
    scores.as_of,
    scores.model_id,
    scores.variant,
    scores.model_version,
    models.trained_on as model_trained_on,
    scores.score,
    scores.band,
    scores.population_percentile,
    scores.drivers,
    scores.score_before,
    scores.is_rising,
    scores.thresholds_met,
from scores
inner join models on scores.model_id = models.model_id and scores.variant = models.variant
