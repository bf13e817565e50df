with incidents as (

    select * from {{ ref('fct_ambulance_incident') }}

),

attendances as (

    select * from {{ ref('int_encounters__unioned') }}
    where
        activity_type = 'emergency_attendance'
        and coalesce(status, '') != 'entered-in-error'
        and (ambulance_incident_key is not null or arrival_mode in ('1048031000000100', '1048041000000109'))

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

-- Where no ambulance trust sends, that attendances lack their incidents says nothing.
told as (

    select min(called_at) as first_called_at from incidents

)

select
    'incident' as counted,
    sender,
    date_trunc('month', called_at)::date as month_start,
    coalesce(incident_outcome, 'not told') as incident_outcome,
    coalesce(attendance_matched_by, attendance_missing_reason) as result,
    count(*) as n,
from incidents
group by all
union all
select
    'attendance' as counted,
    attendances.sender,
    date_trunc('month', attendances.start_at)::date as month_start,
    'not told' as incident_outcome,
    coalesce(incidents.attendance_matched_by, 'no_incident_found') as result,
    count(*) as n,
from attendances
cross join current_run
cross join told
left join incidents on attendances.encounters_key = incidents.attendance_activity_key
where
    attendances.start_at::date <= current_run.as_of
    and attendances.start_at >= told.first_called_at
group by all
