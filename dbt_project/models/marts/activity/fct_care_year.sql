with summarised as (

    select * from {{ ref('int_activities__summarised') }}

),

care_packages as (

    select * from {{ ref('fct_care_package') }}

),

current_run as (

    select as_of, (as_of - interval 1 year)::date + 1 as year_start from {{ ref('stg_ledger__current_run') }}

),

-- The planned cost of the days of each service that fall in the twelve months.
services as (

    select
        care_packages.person_key,
        'social_care' as setting,
        sum(
            if(
                care_packages.one_off_cost_gbp is null,
                care_packages.weekly_cost_gbp * ({{ days_between(
                    'greatest(care_packages.start_date, current_run.year_start)',
                    'least(coalesce(care_packages.end_date, current_run.as_of), current_run.as_of)'
                ) }} + 1) / 7,
                care_packages.one_off_cost_gbp
            )
        ) as service_cost_gbp,
    from care_packages
    cross join current_run
    where
        coalesce(care_packages.end_date, current_run.as_of) >= current_run.year_start
        and (care_packages.one_off_cost_gbp is null or care_packages.start_date >= current_run.year_start)
    group by care_packages.person_key

)

select
    summarised.* exclude (cost_gbp),
    case
        when summarised.cost_gbp is null and services.service_cost_gbp is null then null
        else coalesce(summarised.cost_gbp, 0) + coalesce(services.service_cost_gbp, 0)
    end as cost_gbp,
from summarised
left join services on summarised.person_key = services.person_key and summarised.setting = services.setting
