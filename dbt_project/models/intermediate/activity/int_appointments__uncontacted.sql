with appointments as (

    select * from {{ ref('int_appointments__unioned') }}
    where coalesce(status, '') != 'entered-in-error'

),

encounters as (

    select appointment_key, activity_type from {{ ref('int_encounters__unioned') }}
    where appointment_key is not null

),

consultations as (

    select distinct appointment_key from encounters
    where activity_type = 'gp_consultation'

)

-- An appointment is left out only where the contact that came of it stands as the same type of activity.
select
    appointments.appointments_key as activity_key,
    appointments.person_key,
    appointments.source,
    appointments.sender,
    appointments.activity_type,
    appointments.start_at,
    appointments.end_at,
    coalesce(appointments.provider_code, appointments.sender) as provider_code,
    {{ is_attended('appointments.attended_code', 'appointments.status') }} as is_attended,
    false as is_emergency,
    appointments.treatment_function_code,
    appointments.attended_code,
    appointments.first_attendance,
    appointments.consultation_mechanism,
    appointments.team_type,
    appointments.hrg_code,
    appointments.referral_key,
    consultations.appointment_key is not null as is_costed_elsewhere,
    appointments.source_file_id,
    appointments.source_row,
from appointments
left join consultations on appointments.appointments_key = consultations.appointment_key
where not exists (
    select 1 from encounters
    where
        encounters.appointment_key = appointments.appointments_key
        and encounters.activity_type = appointments.activity_type
)
