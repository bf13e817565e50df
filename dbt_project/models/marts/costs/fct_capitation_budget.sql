with people as (

    select * from {{ ref('int_people__costed') }}

),

stretches as (

    select
        max({{ days_between('first_day', 'last_day') }} + 1) filter (where window_id = 'last_12_months') as n_days,
        max(first_day) filter (where window_id = 'financial_year') as year_start,
        max(first_day) filter (where window_id = 'financial_year_before') as before_start,
    from {{ ref('int_use_windows__listed') }}

),

windows as (

    select
        *,
        {{ financial_year('year_start') }} as financial_year,
        {{ financial_year('before_start') }} as financial_year_before,
    from stretches

),

deflators as (

    select financial_year, index_value from {{ ref('gdp_deflators') }}

),

first_month as (

    select min(period_start) as period_start from {{ ref('int_periods__listed') }}
    where period_type = 'month'

),

-- The year before says what a year costs only where the data cover all of it.
years as (

    select
        windows.n_days,
        windows.financial_year,
        {{ days_between('windows.year_start', 'windows.year_start + interval 1 year') }} as n_days_of_year,
        {{ days_between('windows.before_start', 'windows.year_start') }} as n_days_before,
        if(first_month.period_start <= windows.before_start, deflators.index_value / before.index_value, null)
            as price_uplift,
    from windows
    cross join first_month
    left join deflators on windows.financial_year = deflators.financial_year
    left join deflators as before on windows.financial_year_before = before.financial_year

),

segments as (

    select
        segment_id,
        count(*) as people,
        sum(last_12_months_cost_gbp) as cost_gbp,
        sum(financial_year_before_cost_gbp) as cost_before_gbp,
        sum(financial_year_before_days) as n_days_before,
    from people
    group by segment_id

),

strata as (

    select segment_id, age_band, sex, count(*) as people, sum(last_12_months_cost_gbp) as cost_gbp
    from people
    group by segment_id, age_band, sex

),

placed as (

    select
        {{ areas_of('people') }},
        people.segment_id,
        people.segment_name,
        people.age_band,
        people.sex,
        people.last_12_months_days,
        people.last_12_months_cost_gbp,
        people.proxy_cost_gbp,
        people.n_uncosted,
        people.financial_year_days,
        people.financial_year_cost_gbp,
    from people

),

cells as (

    select
        area_type,
        area_code,
        segment_id,
        segment_name,
        age_band,
        sex,
        count(*) as people,
        sum(last_12_months_days) as n_days,
        sum(last_12_months_cost_gbp) as cost_gbp,
        sum(proxy_cost_gbp) as proxy_cost_gbp,
        sum(n_uncosted) as n_uncosted,
        sum(financial_year_days) as n_days_of_year,
        sum(financial_year_cost_gbp) as cost_of_year_gbp,
    from placed
    group by area_type, area_code, segment_id, segment_name, age_band, sex

),

areas as (

    select
        cells.area_type,
        cells.area_code,
        cells.segment_id,
        cells.segment_name,
        sum(cells.people) as people,
        sum(cells.n_days) as n_days,
        sum(cells.cost_gbp) as cost_gbp,
        sum(cells.proxy_cost_gbp) as proxy_cost_gbp,
        sum(cells.n_uncosted) as n_uncosted,
        sum(cells.n_days_of_year) as n_days_of_year,
        sum(cells.cost_of_year_gbp) as cost_of_year_gbp,
        -- What the area's people would cost, if those of each age band and sex cost what they do everywhere.
        sum({{ exact('cells.people * (strata.cost_gbp / strata.people)') }}) as expected_cost_gbp,
    from cells
    inner join strata
        on
            cells.segment_id = strata.segment_id
            and cells.age_band = strata.age_band
            and cells.sex = strata.sex
    group by cells.area_type, cells.area_code, cells.segment_id, cells.segment_name

)

select
    areas.area_type,
    areas.area_code,
    areas.segment_id,
    areas.segment_name,
    areas.people,
    areas.n_days / years.n_days as person_years,
    segments.cost_gbp / segments.people as average_cost_gbp,
    areas.people * (segments.cost_gbp / segments.people) as budget_gbp,
    areas.expected_cost_gbp as adjusted_budget_gbp,
    areas.cost_gbp as actual_cost_gbp,
    areas.proxy_cost_gbp,
    areas.n_uncosted,
    years.financial_year as shadow_year,
    areas.n_days_of_year / years.n_days_of_year as shadow_person_years,
    segments.cost_before_gbp / nullif(segments.n_days_before / years.n_days_before, 0) * years.price_uplift
        as shadow_average_cost_gbp,
    areas.cost_of_year_gbp as shadow_actual_cost_gbp,
from areas
cross join years
inner join segments on areas.segment_id = segments.segment_id
