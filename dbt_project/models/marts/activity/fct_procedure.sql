with procedures as (

    select * from {{ ref('int_procedures__unioned') }}
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
    procedures.procedures_key as procedure_key,
    activities.activity_key,
    encounters.episode_key,
    procedures.person_key,
    procedures.code_system,
    procedures.code,
    procedures.position,
    coalesce(procedures.performed_on, encounters.start_at::date) as recorded_on,
    procedures.source,
    procedures.source_file_id,
    procedures.source_row,
from procedures
cross join current_run
left join encounters on procedures.encounter_key = encounters.encounters_key
left join activities on encounters.activity_key = activities.activity_key
where coalesce(procedures.performed_on, encounters.start_at::date, current_run.as_of) <= current_run.as_of
