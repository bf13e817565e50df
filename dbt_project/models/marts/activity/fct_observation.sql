with observations as (

    select * from {{ ref('int_observations__collected') }}
    where code is not null

),

encounters as (

    select * from {{ ref('int_encounters__placed') }}

),

activities as (

    select activity_key from {{ ref('fct_activity') }}

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

)

select
    observations.* exclude (encounter_key),
    activities.activity_key,
from observations
cross join current_run
left join encounters on observations.encounter_key = encounters.encounters_key
left join activities on encounters.activity_key = activities.activity_key
where coalesce(observations.effective_on, current_run.as_of) <= current_run.as_of
