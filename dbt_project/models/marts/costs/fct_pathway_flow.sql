with people as (

    select person_key from {{ ref('dim_person') }}
    where is_registered

),

activities as (

    select * from {{ ref('fct_activity') }}
    where is_attended and cost_source != 'in_consultation'

),

windows as (

    select * from {{ ref('int_use_windows__listed') }}
    where window_id = 'last_12_months'

),

-- A stay is left on its last day; everything else is of the day that it begins, a service that runs on too.
events as (

    select
        activities.person_key,
        activities.setting,
        activities.activity_type,
        activities.activity_key,
        activities.start_at,
        if(
            activities.activity_type in ('inpatient_spell', 'mental_health_spell'),
            coalesce(activities.end_at::date, windows.last_day),
            activities.start_at::date
        ) as left_on,
    from activities
    inner join people on activities.person_key = people.person_key
    inner join windows on activities.start_at::date between windows.first_day and windows.last_day

),

followed as (

    select
        person_key,
        setting as from_setting,
        left_on,
        lead(setting) over next_one as to_setting,
        lead(start_at::date) over next_one as followed_on,
    from events
    window next_one as (partition by person_key order by start_at, setting, activity_type, activity_key)

),

limits as (

    select unnest({{ var('pathway_days') }}) as within_days

)

select
    followed.from_setting,
    followed.to_setting,
    limits.within_days,
    count(distinct followed.person_key) as people,
    count(*) as transitions,
from followed
inner join limits on greatest({{ days_between('followed.left_on', 'followed.followed_on') }}, 0) <= limits.within_days
where followed.to_setting is not null
group by followed.from_setting, followed.to_setting, limits.within_days
