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

),

months as (

    select
        month_start,
        person_key,
        row_number() over (partition by person_key order by month_start desc) as n_back,
        date_diff('month', month_start, max(month_start) over ()) + 1 as n_of_months_back,
    from {{ ref('fct_risk_band_month') }}
    where band in ('very_high', 'high')

),

-- High at the beginning of each month since, the one that runs among them.
stood as (

    select
        person_key,
        min(month_start) as since,
    from months
    where n_back = n_of_months_back
    group by person_key

)

-- Who rose within the month that runs has no day: a risk does not begin on the night that it was seen.
select
    scored.person_key,
    if(scored.band in ('very_high', 'high'), 'high', 'rising') as risk_band,
    scored.drivers as reasons,
    if(scored.band in ('very_high', 'high'), stood.since, null) as since,
    scored.model_id || ' ' || scored.model_version as risk_method,
from scored
left join stood on scored.person_key = stood.person_key
where scored.band in ('very_high', 'high') or scored.is_rising
union all
select
    person_key,
    risk_band,
    reasons,
    since,
    risk_method,
from signs
where not exists (select 1 from models)
