with signs as (

    select * from {{ ref('int_risk_signs__counted') }}

),

models as (

    select model_id, variant from {{ ref('risk_models') }}
    where variant = 'hospital_gp' and trained_on = 'own'

),

-- A model that was trained on invented people decides about nobody: until an area has its own, the signs stand. Of the
-- variants one decides, or somebody would be on a list twice.
scored as (

    select scores.*
    from {{ ref('fct_risk_score') }} as scores
    inner join models on scores.model_id = models.model_id and scores.variant = models.variant

)

select
    person_key,
    if(band in ('very_high', 'high'), 'high', 'rising') as risk_band,
    drivers as reasons,
    null::date as since,
    model_id || ' ' || model_version as risk_method,
from scored
where band in ('very_high', 'high') or is_rising
union all
select
    person_key,
    risk_band,
    reasons,
    since,
    risk_method,
from signs
where not exists (select 1 from models)
