with population as (

    select * from {{ ref('fct_population_period') }}

),

people as (

    select * from {{ ref('dim_person') }}

),

periods as (

    select * from {{ ref('int_periods__listed') }}

),

-- The financial year that runs ends on the night.
nights as (

    select max(period_end) as period_end from periods

),

-- Whoever wsic.metric counts in a period, and whoever wsic.population_count counts on the night.
counted as (

    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        population.local_authority_code,
        population.pcn_code,
    from population
    inner join periods on population.period_id = periods.period_id
    where population.link_threshold = 'middle'
    union all
    select
        'night' as period_type,
        nights.period_end as period_start,
        nights.period_end,
        people.local_authority_code,
        people.pcn_code,
    from people
    cross join nights
    where people.is_registered

)

select
    period_type,
    period_start,
    period_end,
    coalesce(local_authority_code, 'unknown') as borough_code,
    coalesce(pcn_code, 'unknown') as pcn_code,
    count(*) as people,
from counted
group by all
