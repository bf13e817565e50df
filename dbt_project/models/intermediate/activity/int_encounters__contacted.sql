with encounters as (

    select * from {{ ref('int_encounters__unioned') }}
    where
        activity_type in (
            'gp_consultation', 'emergency_attendance', 'outpatient_attendance', 'community_contact',
            'mental_health_contact', 'mental_health_spell', 'social_care_assessment', 'social_care_review'
        )
        and coalesce(status, '') != 'entered-in-error'

)

select
    encounters_key as activity_key,
    person_key,
    source,
    sender,
    activity_type,
    start_at,
    end_at,
    has_start_time and has_end_time as has_both_times,
    coalesce(provider_code, sender) as provider_code,
    site_code,
    {{ is_attended('attended_code', 'status') }} as is_attended,
    {{ is_missed('attended_code', 'status') }} as is_missed,
    case activity_type
        when 'emergency_attendance' then coalesce(ltrim(attendance_category, '0') = '1', false)
        when 'mental_health_spell' then {{ is_emergency_admission('admission_method') }}
        else false
    end as is_emergency,
    treatment_function_code,
    attended_code,
    first_attendance,
    consultation_mechanism,
    coalesce(team_type, ward_type) as team_type,
    lpad(department_type, 2, '0') as department_type,
    ltrim(attendance_category, '0') as attendance_category,
    hrg_code,
    appointment_key,
    referral_key,
    source_file_id,
    source_row,
from encounters
