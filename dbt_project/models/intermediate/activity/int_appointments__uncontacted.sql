with appointments as (

    select * from {{ ref('int_appointments__unioned') }}
    where coalesce(status, '') != 'entered-in-error'

),

encounters as (

    select appointment_key, activity_type, person_key, source, sender, start_at::date as held_on
    from {{ ref('int_encounters__unioned') }}
    where coalesce(status, '') != 'entered-in-error'

),

consultations as (

    select distinct appointment_key from encounters
    where activity_type = 'gp_consultation' and appointment_key is not null

),

-- Some suppliers never say which consultation an appointment led to (TPP's extract has no such column).
unclaimed as (

    select person_key, source, sender, held_on, count(*) as n_consultations
    from encounters
    where activity_type = 'gp_consultation' and appointment_key is null
    group by person_key, source, sender, held_on

),

-- There the consultations of a day are taken to be of that day's attended appointments, one of each.
seen as (

    select
        appointments_key,
        person_key,
        source,
        sender,
        start_at::date as held_on,
        row_number() over (
            partition by person_key, source, sender, start_at::date order by start_at, appointments_key
        ) as n_of_day,
    from appointments
    where
        activity_type = 'gp_appointment'
        and {{ is_attended('attended_code', 'status') }}
        and appointments_key not in (select appointment_key from consultations)

),

consulted as (

    select appointment_key from consultations
    union
    select seen.appointments_key as appointment_key
    from seen
    inner join unclaimed
        on
            seen.person_key = unclaimed.person_key
            and seen.source = unclaimed.source
            and seen.sender = unclaimed.sender
            and seen.held_on = unclaimed.held_on
            and seen.n_of_day <= unclaimed.n_consultations

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
    {{ is_missed('appointments.attended_code', 'appointments.status') }} as is_missed,
    false as is_emergency,
    appointments.treatment_function_code,
    appointments.attended_code,
    appointments.first_attendance,
    appointments.consultation_mechanism,
    appointments.team_type,
    appointments.hrg_code,
    appointments.referral_key,
    consulted.appointment_key is not null as is_costed_elsewhere,
    appointments.source_file_id,
    appointments.source_row,
from appointments
left join consulted on appointments.appointments_key = consulted.appointment_key
where not exists (
    select 1 from encounters
    where
        encounters.appointment_key = appointments.appointments_key
        and encounters.activity_type = appointments.activity_type
)
