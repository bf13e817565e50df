{{ config(materialized='table') }}
{%- set windows = ['last_12_months', 'financial_year', 'financial_year_before'] -%}
with people as (

    select * from {{ ref('dim_person') }}
    where is_registered

),

segments as (

    select person_key, segment_id, segment_name from {{ ref('fct_population_segment') }}

),

uses as (

    select * from {{ ref('fct_resource_use') }}

),

registrations as (

    select * from {{ ref('int_registrations__cut') }}

),

windows as (

    select * from {{ ref('int_use_windows__listed') }}

),

costs as (

    select
        person_key,
        {%- for window in windows %}
        sum(cost_gbp) filter (where window_id = '{{ window }}') as {{ window }}_cost_gbp,
        {%- endfor %}
        sum(proxy_cost_gbp) filter (where window_id = 'last_12_months') as proxy_cost_gbp,
        sum(n_uncosted) filter (where window_id = 'last_12_months') as n_uncosted,
        string_agg(setting, ',' order by setting) filter (where window_id = 'last_12_months' and is_used) as settings,
    from uses
    group by person_key

),

-- Days registered with any practice, of those that the stretch has.
lasted as (

    select
        registrations.person_key,
        windows.window_id,
        {{ days_between(
            'greatest(registrations.start_on, windows.first_day)',
            "least(coalesce(registrations.end_on, date '9999-12-31'), windows.last_day + 1)"
        ) }} as n_days,
    from registrations
    inner join windows
        on
            registrations.start_on <= windows.last_day
            and coalesce(registrations.end_on, date '9999-12-31') > windows.first_day

),

times as (

    select
        person_key,
        {%- for window in windows %}
        sum(n_days) filter (where window_id = '{{ window }}')::bigint as {{ window }}_days,
        {%- endfor %}
    from lasted
    group by person_key

)

select
    people.person_key,
    people.local_authority_code,
    people.pcn_code,
    people.practice_code,
    {{ age_band('people.age_years') }} as age_band,
    people.age_years,
    people.sex,
    coalesce(segments.segment_id, 'unknown') as segment_id,
    coalesce(segments.segment_name, 'Unknown') as segment_name,
    coalesce(costs.settings, 'none') as settings,
    {%- for window in windows %}
    coalesce(costs.{{ window }}_cost_gbp, 0) as {{ window }}_cost_gbp,
    coalesce(times.{{ window }}_days, 0) as {{ window }}_days,
    {%- endfor %}
    coalesce(costs.proxy_cost_gbp, 0) as proxy_cost_gbp,
    coalesce(costs.n_uncosted, 0)::bigint as n_uncosted,
from people
left join segments on people.person_key = segments.person_key
left join costs on people.person_key = costs.person_key
left join times on people.person_key = times.person_key
