with encounters as (

    select * from {{ ref('stg_acute__encounters') }}
    where coalesce(status, '') != 'entered-in-error'

),

spells as (

    select * from encounters
    where activity_type = 'inpatient_spell'

),

first_episodes as (

    select * from encounters
    where activity_type = 'hospital_episode' and part_of_key is not null
    qualify
        row_number() over (
            partition by part_of_key order by episode_number nulls last, start_at, encounters_key
        ) = 1

),

died as (

    select distinct part_of_key as spell_key from encounters
    where activity_type = 'hospital_episode' and discharge_method in ('4', '5')

),

-- Hospitals' own rows alone: the spells of fct_hospital_spell come out of a union of all sources.
assembled as (

    select
        spells.encounters_key as spell_key,
        spells.person_key,
        coalesce(spells.start_at, first_episodes.start_at)::date as admitted_on,
        spells.end_at::date as discharged_on,
        coalesce(spells.discharge_method in ('4', '5'), died.spell_key is not null) as has_died,
        coalesce(first_episodes.admission_method, spells.admission_method) as admission_method,
        coalesce(first_episodes.patient_classification, spells.patient_classification) as patient_classification,
    from spells
    left join first_episodes on spells.encounters_key = first_episodes.part_of_key
    left join died on spells.encounters_key = died.spell_key

)

select
    assembled.spell_key,
    assembled.person_key,
    assembled.admitted_on,
    assembled.discharged_on,
    assembled.has_died,
    assembled.patient_classification,
    {{ is_emergency_admission('assembled.admission_method') }} as is_emergency,
    {{ days_between('assembled.admitted_on', 'assembled.discharged_on') }} as n_nights,
from assembled
