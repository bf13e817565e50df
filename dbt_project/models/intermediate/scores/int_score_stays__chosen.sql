with diagnoses as (

    select * from {{ ref('int_hospital_diagnoses__coded') }}

),

scores as (

    select score_id, lookback_months from {{ ref('clinical_scores') }}
    where lookback_months is not null

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

-- The stay that the Hospital Frailty Risk Score is of: the latest emergency, no longer ago than its lookback.
latest as (

    select
        person_key,
        max(admitted_on) as admitted_on,
    from diagnoses
    where is_emergency
    group by person_key

)

-- That stay and the emergencies in the months before it.
select
    scores.score_id,
    diagnoses.person_key,
    diagnoses.admitted_on,
    diagnoses.plain_code,
from diagnoses
inner join latest on diagnoses.person_key = latest.person_key
cross join current_run
inner join scores
    on
        scores.score_id = 'hospital_frailty_risk'
        and latest.admitted_on >= current_run.as_of - to_months(scores.lookback_months)
        and diagnoses.admitted_on >= latest.admitted_on - to_months(scores.lookback_months)
where diagnoses.is_emergency
union all
select
    scores.score_id,
    diagnoses.person_key,
    diagnoses.admitted_on,
    diagnoses.plain_code,
from diagnoses
cross join current_run
inner join scores
    on
        scores.score_id != 'hospital_frailty_risk'
        and diagnoses.admitted_on >= current_run.as_of - to_months(scores.lookback_months)
