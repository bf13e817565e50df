with activities as (

    select * from {{ ref('fct_activity') }}

),

care_packages as (

    select * from {{ ref('fct_care_package') }}

),

windows as (

    select * from {{ ref('int_use_windows__listed') }}

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

-- What began in the stretch of days, and stays and services that ran on in it. What happened belongs, with its cost,
-- to the day that it began; nights belong to their days, and so do the weeks of a service.
told as (

    select
        windows.window_id,
        activities.person_key,
        activities.setting,
        activities.activity_type,
        activities.is_emergency,
        activities.cost_is_proxy,
        coalesce(activities.is_attended, false) as is_seen,
        activities.start_at::date >= windows.first_day as is_begun,
        activities.activity_type not in ('inpatient_spell', 'mental_health_spell', 'social_care_service')
        and coalesce(activities.cost_source, '') != 'in_consultation' as is_contact,
        coalesce(activities.cost_source in ('none', 'ends_before_it_begins'), false) as is_uncosted,
        if(activities.activity_type = 'social_care_service', null, activities.cost_gbp) as cost_gbp,
        greatest(
            {{ days_between(
                'greatest(activities.start_at::date, windows.first_day)',
                'least(coalesce(activities.end_at::date, current_run.as_of), windows.last_day + 1)'
            ) }}, 0
        ) as n_nights,
    from activities
    cross join current_run
    inner join windows
        on
            activities.start_at::date <= windows.last_day
            and (
                activities.start_at::date >= windows.first_day
                or (
                    activities.activity_type in ('inpatient_spell', 'mental_health_spell', 'social_care_service')
                    and coalesce(activities.end_at::date, current_run.as_of) >= windows.first_day
                )
            )

),

-- An appointment and the consultation that came of it are one contact.
used as (

    select
        window_id,
        person_key,
        setting,
        bool_or(is_seen) as is_used,
        count(*) filter (where is_begun and is_seen and is_contact) as n_contacts,
        count(*) filter (where is_begun and activity_type = 'emergency_attendance') as n_emergency_attendances,
        count(*) filter (
            where is_begun and activity_type = 'inpatient_spell' and is_emergency
        ) as n_emergency_admissions,
        coalesce(sum(n_nights) filter (
            where activity_type in ('inpatient_spell', 'mental_health_spell')
        ), 0)::bigint as n_bed_days,
        count(*) filter (where is_uncosted and (is_begun or activity_type = 'social_care_service')) as n_uncosted,
        sum({{ exact('cost_gbp') }}) filter (where is_begun) as cost_gbp,
        sum({{ exact('cost_gbp') }}) filter (where is_begun and cost_is_proxy) as proxy_cost_gbp,
    from told
    group by window_id, person_key, setting

),

services as (

    select
        windows.window_id,
        care_packages.person_key,
        'social_care' as setting,
        sum({{ exact(care_cost_between(
            'care_packages', 'windows.first_day', 'windows.last_day', 'current_run.as_of'
        )) }}) as cost_gbp,
    from care_packages
    cross join current_run
    inner join windows
        on {{ care_falls_between('care_packages', 'windows.first_day', 'windows.last_day', 'current_run.as_of') }}
    where care_packages.cost_gbp is not null
    group by windows.window_id, care_packages.person_key

)

-- What is not known is null, never nought.
select
    used.* exclude (cost_gbp, proxy_cost_gbp),
    case
        when used.cost_gbp is null then services.cost_gbp
        else used.cost_gbp + coalesce(services.cost_gbp, 0)
    end as cost_gbp,
    coalesce(used.proxy_cost_gbp, 0) as proxy_cost_gbp,
from used
left join services
    on
        used.window_id = services.window_id
        and used.person_key = services.person_key
        and used.setting = services.setting
