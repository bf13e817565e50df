with spells as (

    select * from {{ ref('int_encounters__unioned') }}
    where activity_type = 'inpatient_spell' and coalesce(status, '') != 'entered-in-error'

),

episodes as (

    select * from {{ ref('int_hospital_episodes__ordered') }}

),

first_episodes as (

    select * from episodes
    where n_in_spell = 1

),

last_episodes as (

    select * from episodes
    where n_in_spell = n_episodes

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

-- How a person came in is told by the first episode; how they left by the spell, or its last episode.
assembled as (

    select
        spells.encounters_key as spell_key,
        spells.person_key,
        spells.source,
        spells.sender,
        coalesce(spells.provider_code, first_episodes.provider_code, spells.sender) as provider_code,
        coalesce(spells.start_at, first_episodes.start_at) as admitted_at,
        spells.end_at as discharged_at,
        coalesce(spells.discharge_ready_on, last_episodes.discharge_ready_on) as discharge_ready_on,
        coalesce(first_episodes.admission_method, spells.admission_method) as admission_method,
        coalesce(first_episodes.source_of_admission, spells.source_of_admission) as source_of_admission,
        coalesce(spells.discharge_method, last_episodes.discharge_method) as discharge_method,
        coalesce(spells.discharge_destination, last_episodes.discharge_destination) as discharge_destination,
        coalesce(first_episodes.patient_classification, spells.patient_classification) as patient_classification,
        coalesce(first_episodes.treatment_function_code, spells.treatment_function_code)
            as treatment_function_code,
        coalesce(spells.hrg_code, first_episodes.hrg_code) as spell_hrg,
        first_episodes.encounters_key as first_episode_key,
        coalesce(first_episodes.n_episodes, 0) as n_episodes,
        spells.source_file_id,
        spells.source_row,
    from spells
    left join first_episodes on spells.encounters_key = first_episodes.part_of_key
    left join last_episodes on spells.encounters_key = last_episodes.part_of_key

)

select
    assembled.* exclude (admitted_at, discharged_at),
    assembled.admitted_at::date as admitted_on,
    assembled.discharged_at::date as discharged_on,
    assembled.admitted_at,
    assembled.discharged_at,
from assembled
cross join current_run
where assembled.admitted_at::date <= current_run.as_of
