{{ config(materialized='table') }}
with spells as (

    select * from {{ ref('int_hospital_spells__grouped') }}

),

diagnoses as (

    select
        activity_key,
        episode_key,
        position,
        {{ plain_code('code') }} as code,
    from {{ ref('fct_diagnosis') }}
    where code_system = 'icd10'

),

listed as (

    select * from {{ ref('avoidable_admission_codes') }}

),

operated as (

    select distinct activity_key as spell_key from {{ ref('fct_procedure') }}

),

obstetric as (

    select distinct spell_key from {{ ref('fct_hospital_episode') }}
    where treatment_function_code in ('501', '560')

),

-- What a spell was for stands in its first episode; a spell that was sent without episodes says it itself.
first_episodes as (

    select
        spells.spell_key,
        min(diagnoses.code) filter (where diagnoses.position = 1) as primary_code,
        list(distinct left(diagnoses.code, 3)) filter (where diagnoses.position > 1) as other_codes,
        bool_or(left(diagnoses.code, 3) between 'W00' and 'W19') as has_fallen,
    from spells
    inner join diagnoses
        on
            spells.spell_key = diagnoses.activity_key
            and coalesce(diagnoses.episode_key = spells.first_episode_key, diagnoses.episode_key is null)
    where spells.link_threshold = 'middle'
    group by spells.spell_key

),

primary_codes as (

    select *, unnest(list_distinct([left(primary_code, 3), left(primary_code, 4)])) as code from first_episodes

),

avoidable as (

    select
        primary_codes.spell_key,
        bool_or(listed.code_list = 'chronic_acsc') as is_chronic_acsc,
        bool_or(listed.code_list = 'acute') as is_acute_acsc,
    from primary_codes
    inner join listed on primary_codes.code = listed.code
    left join operated on primary_codes.spell_key = operated.spell_key
    where
        (listed.needs_other is null or list_has_any(primary_codes.other_codes, string_split(listed.needs_other, ' ')))
        and coalesce(not list_contains(primary_codes.other_codes, listed.not_with_other), true)
        and (not listed.not_with_procedure or operated.spell_key is null)
    group by primary_codes.spell_key

),

cancers as (

    select distinct activity_key as spell_key from diagnoses
    where left(code, 3) between 'C00' and 'C97' or left(code, 4) = 'Z511'

)

select
    spells.link_threshold,
    spells.linked_key,
    spells.spell_key,
    spells.inpatient_spell_group,
    spells.admitted_on,
    spells.discharged_on,
    spells.discharge_ready_on,
    spells.n_nights,
    spells.patient_classification,
    spells.is_emergency,
    spells.discharge_destination,
    coalesce(spells.discharge_method in ('4', '5'), false) as has_died,
    spells.is_emergency and coalesce(spells.patient_classification in ('1', '2', '5'), false) as is_emergency_admission,
    coalesce(spells.source_of_admission in ('51', '52', '53'), false) as is_from_hospital,
    coalesce(avoidable.is_chronic_acsc, false) as is_chronic_acsc,
    coalesce(avoidable.is_acute_acsc, false) as is_acute_acsc,
    coalesce(first_episodes.has_fallen and left(first_episodes.primary_code, 3) between 'S00' and 'T98', false)
        as is_injured_by_fall,
    cancers.spell_key is not null as has_cancer,
    obstetric.spell_key is not null
    or coalesce(spells.admission_method in ('31', '32'), false)
    or coalesce(spells.treatment_function_code in ('501', '560'), false) as is_obstetric,
from spells
left join first_episodes on spells.spell_key = first_episodes.spell_key
left join avoidable on spells.spell_key = avoidable.spell_key
left join cancers on spells.spell_key = cancers.spell_key
left join obstetric on spells.spell_key = obstetric.spell_key
