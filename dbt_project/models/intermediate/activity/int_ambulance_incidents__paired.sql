with encounters as (

    select * from {{ ref('int_encounters__unioned') }}
    where coalesce(status, '') != 'entered-in-error'

),

conveyed as (

    select
        encounters_key as incident_key,
        person_key,
        ambulance_incident_key,
        site_code,
        start_at as called_at,
        coalesce(arrived_at_hospital_at, start_at) as expected_at,
        arrived_at_hospital_at is not null as is_arrival_told,
    from encounters
    where
        activity_type = 'ambulance_incident'
        and incident_outcome in ('See and convey to ED', 'See and convey elsewhere')

),

attendances as (

    select
        encounters_key as attendance_key,
        person_key,
        ambulance_incident_key,
        site_code,
        start_at as arrived_at,
        -- ECDS arrival modes by ambulance or helicopter; where none is told, it may have been one.
        coalesce(arrival_mode, '1048031000000100') in (
            '1048031000000100', '1048041000000109', '1048021000000102', '1048051000000107', '1048081000000101'
        ) as is_by_ambulance,
    from encounters
    where activity_type = 'emergency_attendance'

),

-- Trusts number their incidents anew some day: a number counts within the day after the call. Of two people, it
-- counts where no other pair has it, for the number is then the only tie.
by_number as (

    select
        conveyed.incident_key,
        attendances.attendance_key,
        'incident_number' as matched_by,
        conveyed.person_key = attendances.person_key as is_same_person,
        abs(date_diff('minute', conveyed.expected_at, attendances.arrived_at)) as minutes_apart,
        count(*) over (partition by conveyed.ambulance_incident_key, conveyed.called_at::date) as n_pairs,
    from conveyed
    inner join attendances
        on
            conveyed.ambulance_incident_key = attendances.ambulance_incident_key
            and attendances.arrived_at >= conveyed.called_at - interval 1 hour
            and attendances.arrived_at < conveyed.called_at + interval 24 hour

),

-- Without the number, or with another one (calls are merged, digits slip): the same person, brought by ambulance to
-- that site (where both tell one), from half an hour before the arrival that the crew wrote to two hours after it, or,
-- where none is written, within eight hours of the call.
by_person as (

    select
        conveyed.incident_key,
        attendances.attendance_key,
        'person_and_time' as matched_by,
        true as is_same_person,
        abs(date_diff('minute', conveyed.expected_at, attendances.arrived_at)) as minutes_apart,
        1 as n_pairs,
    from conveyed
    inner join attendances
        on
            conveyed.person_key = attendances.person_key
            and attendances.is_by_ambulance
            and attendances.arrived_at >= conveyed.expected_at - interval 30 minute
            and attendances.arrived_at
            < conveyed.expected_at + if(conveyed.is_arrival_told, interval 2 hour, interval 8 hour)
            and coalesce(conveyed.site_code = attendances.site_code, true)
    where coalesce(conveyed.ambulance_incident_key != attendances.ambulance_incident_key, true)

)

select incident_key, attendance_key, matched_by, is_same_person, minutes_apart from by_number
where is_same_person or n_pairs = 1
union all
select incident_key, attendance_key, matched_by, is_same_person, minutes_apart from by_person
