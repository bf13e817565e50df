with activities as (

    select * from {{ ref('fct_activity') }}

),

current_run as (

    select as_of, (as_of - interval 1 year)::date + 1 as year_start from {{ ref('stg_ledger__current_run') }}

),

-- An appointment and the consultation that came of it are one contact.
flagged as (

    select
        activities.*,
        activities.start_at::date >= current_run.year_start as is_in_year,
        coalesce(activities.is_attended, false) as is_seen,
        activities.activity_type not in ('inpatient_spell', 'mental_health_spell', 'social_care_service')
        and coalesce(activities.cost_source, '') != 'in_consultation' as is_contact,
        greatest(
            {{ days_between(
                'greatest(activities.start_at::date, current_run.year_start)',
                'coalesce(activities.end_at::date, current_run.as_of)'
            ) }}, 0
        ) as n_nights_in_year,
    from activities
    cross join current_run

)

-- Contacts, nights and costs of the twelve months to as_of; the last contact whenever it was.
select
    person_key,
    setting,
    count(*) filter (where is_in_year and is_seen and is_contact) as n_contacts,
    count(*) filter (where is_in_year and activity_type = 'emergency_attendance') as n_emergency_attendances,
    count(*) filter (
        where is_in_year and activity_type = 'inpatient_spell' and is_emergency
    ) as n_emergency_admissions,
    coalesce(sum(n_nights_in_year) filter (
        where activity_type in ('inpatient_spell', 'mental_health_spell')
    ), 0)::bigint as n_bed_days,
    sum(cost_gbp) filter (where is_in_year and activity_type != 'social_care_service') as cost_gbp,
    max(start_at::date) filter (where is_seen) as last_contact_on,
from flagged
group by person_key, setting
