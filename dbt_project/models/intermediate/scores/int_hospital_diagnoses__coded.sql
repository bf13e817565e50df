with encounters as (

    select * from {{ ref('stg_acute__encounters') }}
    where
        coalesce(status, '') != 'entered-in-error'
        and activity_type in ('hospital_episode', 'inpatient_spell')

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

spells as (

    select spells.*
    from {{ ref('int_risk_spells__assembled') }} as spells
    cross join current_run
    where spells.admitted_on <= current_run.as_of

),

-- A diagnosis hangs on an episode, or on its spell.
diagnoses as (

    select distinct
        if(encounters.activity_type = 'hospital_episode', encounters.part_of_key, encounters.encounters_key)
            as spell_key,
        {{ plain_code('conditions.code') }} as plain_code,
    from {{ ref('stg_acute__conditions') }} as conditions
    inner join encounters on conditions.encounter_key = encounters.encounters_key
    where conditions.code_system = 'icd10'

)

select
    spells.spell_key,
    spells.person_key,
    spells.admitted_on,
    spells.is_emergency,
    diagnoses.plain_code,
from spells
left join diagnoses on spells.spell_key = diagnoses.spell_key
