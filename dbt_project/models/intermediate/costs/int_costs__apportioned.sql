with activities as (

    select person_key, setting, activity_type, start_at, financial_year, cost_gbp, cost_is_proxy
    from {{ ref('fct_activity') }}
    where cost_gbp is not null and activity_type != 'social_care_service'

),

care_packages as (

    select * from {{ ref('fct_care_package') }}
    where cost_gbp is not null

),

years as (

    select
        financial_year,
        make_date(left(financial_year, 4)::integer, 4, 1) as year_start,
        make_date(left(financial_year, 4)::integer + 1, 3, 31) as year_end,
    from {{ ref('gdp_deflators') }}

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

-- A service that runs on is paid for week by week: each year bears its own days of it.
service_years as (

    select
        care_packages.person_key,
        years.financial_year,
        {{ care_cost_between('care_packages', 'years.year_start', 'years.year_end', 'current_run.as_of') }} as cost_gbp,
    from care_packages
    cross join current_run
    inner join years
        on {{ care_falls_between('care_packages', 'years.year_start', 'years.year_end', 'current_run.as_of') }}

)

select person_key, financial_year, setting, cost_gbp, cost_is_proxy from activities
union all
select person_key, financial_year, 'social_care' as setting, cost_gbp, false as cost_is_proxy
from service_years
