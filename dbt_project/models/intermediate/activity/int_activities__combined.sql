with spells as (

    select
        spell_key as activity_key,
        person_key,
        source,
        sender,
        'inpatient_spell' as activity_type,
        admitted_at as start_at,
        discharged_at as end_at,
        provider_code,
        true as is_attended,
        is_emergency,
        treatment_function_code,
        admission_method,
        patient_classification,
        spell_hrg as hrg_code,
        source_file_id,
        source_row,
    from {{ ref('fct_hospital_spell') }}

),

contacts as (

    select * exclude (appointment_key) from {{ ref('int_encounters__contacted') }}

),

appointments as (

    select * from {{ ref('int_appointments__uncontacted') }}

),

social_care as (

    select
        *,
        true as is_attended,
        false as is_emergency,
    from {{ ref('int_social_care__evented') }}

),

combined as (

    select * from spells
    union all by name
    select * from contacts
    union all by name
    select * from appointments
    union all by name
    select * from social_care

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

)

select
    combined.*,
    if(combined.source = 'gp', 'primary_care', combined.source) as setting,
    if(
        combined.activity_type in ('inpatient_spell', 'mental_health_spell'),
        {{ days_between('combined.start_at', 'combined.end_at') }},
        null
    ) as length_of_stay_days,
    {{ days_between('combined.start_at', 'coalesce(combined.end_at, current_run.as_of)') }} as n_nights_so_far,
    {{ financial_year('combined.start_at') }} as financial_year,
from combined
cross join current_run
-- Incidents of ambulances have a table of their own: no total of the five settings holds one. With coalesce DuckDB does
-- not take the comparison for a join that few rows pass, and all activities for the small side of the joins to come.
where
    coalesce(combined.start_at::date <= current_run.as_of, false)
    and combined.source is distinct from 'ambulance'
