with observations as (

    select
        observations_key as observation_key,
        person_key,
        source,
        coalesce(category, 'observation') as category,
        code_system,
        code,
        effective_on,
        effective_on as known_on,
        value,
        unit,
        value_code,
        encounter_key,
        source_file_id,
        source_row,
    from {{ ref('int_observations__unioned') }}

),

-- Problems, flags and diagnoses that belong to no activity.
problems as (

    select
        conditions_key as observation_key,
        person_key,
        source,
        coalesce(category, 'problem-list-item') as category,
        code_system,
        code,
        dated_on as effective_on,
        known_on,
        encounter_key,
        source_file_id,
        source_row,
    from {{ ref('int_conditions__placed') }}
    where activity_key is null

),

immunizations as (

    select
        immunizations_key as observation_key,
        person_key,
        source,
        'immunization' as category,
        code_system,
        code,
        occurred_on as effective_on,
        occurred_on as known_on,
        encounter_key,
        source_file_id,
        source_row,
    from {{ ref('int_immunizations__unioned') }}
    where coalesce(status, 'completed') = 'completed'

),

allergies as (

    select
        allergy_intolerances_key as observation_key,
        person_key,
        source,
        'allergy' as category,
        code_system,
        code,
        recorded_on as effective_on,
        recorded_on as known_on,
        source_file_id,
        source_row,
    from {{ ref('int_allergy_intolerances__unioned') }}

),

care_plans as (

    select
        care_plans_key as observation_key,
        person_key,
        source,
        'care-plan' as category,
        category_system as code_system,
        category_code as code,
        start_on as effective_on,
        start_on as known_on,
        source_file_id,
        source_row,
    from {{ ref('int_care_plans__unioned') }}
    where coalesce(status, '') != 'entered-in-error'

)

select * from observations
union all by name
select * from problems
union all by name
select * from immunizations
union all by name
select * from allergies
union all by name
select * from care_plans
