with activitys as (

    select * from {{ ref('fct_activity') }}

)

select
    activity_key,
    person_key,
    source,
    sender,
    setting,
    activity_type,
    start_at,
    end_at,
    provider_code,
    site_code,
    is_attended,
    is_emergency,
    length_of_stay_days,
    primary_diagnosis_code,
    treatment_function_code,
    team_type,
    consultation_mechanism,
    attended_code,
    department_type,
    attendance_category,
    hrg_code,
    referral_key,
    cost_gbp,
    cost_source,
    cost_is_proxy,
    source_file_id,
from activitys
-- Most questions are of some months: whatever lies outside them is not even read.
order by start_at, activity_key
