with services as (

    select * from {{ ref('shift_services') }}

),

activities as (

    select * from {{ ref('fct_activity') }}
    where is_attended and activity_type != 'social_care_service'

),

care_packages as (

    select * from {{ ref('fct_care_package') }}
    where one_off_cost_gbp is null

),

windows as (

    select first_day, last_day from {{ ref('int_use_windows__listed') }}
    where window_id = 'last_12_months'

),

happened as (

    select
        services.service_id,
        activities.person_key,
        {{ exact('count(*)') }} as n_units,
        {{ exact('count(activities.cost_gbp)') }} as n_costed_units,
        sum({{ exact('activities.cost_gbp') }}) as cost_gbp,
    from activities
    inner join windows on activities.start_at::date between windows.first_day and windows.last_day
    inner join services
        on
            activities.activity_type = services.activity_type
            and (services.is_emergency is null or activities.is_emergency = services.is_emergency)
    group by services.service_id, activities.person_key

),

package_days as (

    select
        services.service_id,
        care_packages.person_key,
        care_packages.weekly_cost_gbp,
        {{ days_between(
            'greatest(care_packages.start_date, windows.first_day)',
            'least(coalesce(care_packages.end_date, windows.last_day), windows.last_day)'
        ) }} + 1 as n_days,
    from care_packages
    inner join services
        on
            services.activity_type = 'social_care_service'
            and list_contains(string_split(services.service_types, '|'), care_packages.service_type)
    cross join windows

)

select * from happened
union all
select
    service_id,
    person_key,
    {{ exact('sum(n_days) / 7') }} as n_units,
    {{ exact('coalesce(sum(n_days) filter (where weekly_cost_gbp is not null), 0) / 7') }} as n_costed_units,
    sum({{ exact('weekly_cost_gbp * n_days / 7') }}) as cost_gbp,
from package_days
where n_days > 0
group by service_id, person_key
