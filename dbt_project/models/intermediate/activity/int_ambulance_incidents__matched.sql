with pairs as (

    select * from {{ ref('int_ambulance_incidents__paired') }}

),

-- The number before the person's times, the same person before another, the nearest in time; the keys decide last.
ranked as (

    select
        *,
        row_number() over (
            partition by incident_key
            order by matched_by asc, is_same_person desc, minutes_apart asc, attendance_key asc
        ) as n_of_incident,
        row_number() over (
            partition by attendance_key
            order by matched_by asc, is_same_person desc, minutes_apart asc, incident_key asc
        ) as n_of_attendance,
    from pairs

)

-- An incident led to one attendance, and an attendance came of one incident: both must be each other's best.
select
    incident_key,
    attendance_key,
    matched_by,
    is_same_person,
    minutes_apart,
from ranked
where n_of_incident = 1 and n_of_attendance = 1
