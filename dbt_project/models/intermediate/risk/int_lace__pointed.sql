with spells as (

    select * from {{ ref('int_risk_spells__assembled') }}
    where patient_classification = '1'

),

discharges as (

    select
        spell_key,
        person_key,
        admitted_on,
        discharged_on,
        is_emergency,
        n_nights,
    from spells
    where discharged_on >= admitted_on and not has_died

),

encounters as (

    select * from {{ ref('stg_acute__encounters') }}
    where coalesce(status, '') != 'entered-in-error'

),

-- A diagnosis hangs on an episode, or on its spell.
diagnoses as (

    select distinct
        if(encounters.activity_type = 'hospital_episode', encounters.part_of_key, encounters.encounters_key)
            as spell_key,
        {{ plain_code('conditions.code') }} as plain_code,
    from {{ ref('stg_acute__conditions') }} as conditions
    inner join encounters on conditions.encounter_key = encounters.encounters_key
    where conditions.code_system = 'icd10' and encounters.activity_type in ('hospital_episode', 'inpatient_spell')

),

comorbidities as (

    select distinct
        diagnoses.spell_key,
        codes.comorbidity,
        codes.lace_points,
        codes.superseded_by,
    from diagnoses
    inner join {{ ref('comorbidity_codes') }} as codes
        on left(diagnoses.plain_code, 3) = codes.code or left(diagnoses.plain_code, 4) = codes.code

),

-- What was coded in this stay and in those that began in the year before it.
known as (

    select distinct
        discharges.spell_key,
        comorbidities.comorbidity,
        comorbidities.lace_points,
        comorbidities.superseded_by,
    from discharges
    inner join spells
        on
            discharges.person_key = spells.person_key
            and (
                discharges.spell_key = spells.spell_key
                or (
                    spells.admitted_on <= discharges.admitted_on
                    and spells.admitted_on > discharges.admitted_on - interval 12 month
                )
            )
    inner join comorbidities on spells.spell_key = comorbidities.spell_key

),

weighed as (

    select
        known.spell_key,
        sum(known.lace_points) as n_points,
    from known
    left join known as graver on known.spell_key = graver.spell_key and known.superseded_by = graver.comorbidity
    where graver.spell_key is null
    group by known.spell_key

),

-- Of the six months before the admission; the attendance that led to it, on the same day, is not a visit before it.
visits as (

    select
        discharges.spell_key,
        count(*) as n_visits,
    from discharges
    inner join encounters
        on
            discharges.person_key = encounters.person_key
            and encounters.start_at::date < discharges.admitted_on
            and encounters.start_at::date >= discharges.admitted_on - interval 6 month
    where encounters.activity_type = 'emergency_attendance' and ltrim(encounters.attendance_category, '0') = '1'
    group by discharges.spell_key

),

counted as (

    select
        discharges.*,
        coalesce(weighed.n_points, 0)::integer as comorbidity_score,
        coalesce(visits.n_visits, 0)::integer as n_visits_before,
    from discharges
    left join weighed on discharges.spell_key = weighed.spell_key
    left join visits on discharges.spell_key = visits.spell_key

)

select
    *,
    case
        when n_nights < 4 then n_nights
        when n_nights < 7 then 4
        when n_nights < 14 then 5
        else 7
    end::integer as length_points,
    if(is_emergency, 3, 0)::integer as acuity_points,
    if(comorbidity_score >= 4, 5, comorbidity_score)::integer as comorbidity_points,
    least(n_visits_before, 4)::integer as visit_points,
from counted
