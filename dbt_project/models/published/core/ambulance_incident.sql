with incidents as (

    select * from {{ ref('fct_ambulance_incident') }}

)

select
    incident_key,
    person_key,
    sender,
    provider_code,
    called_at,
    closed_at,
    contact_source,
    response_category,
    incident_outcome,
    location_type,
    destination_site_code,
    chief_complaint_code,
    response_seconds,
    handover_seconds,
    attendance_activity_key,
    attendance_matched_by,
    is_attendance_of_same_person,
    attendance_missing_reason,
    cost_gbp,
    cost_source,
    cost_is_proxy,
    source_file_id,
from incidents
