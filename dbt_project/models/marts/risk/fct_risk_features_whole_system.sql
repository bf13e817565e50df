{{ config(enabled=var('risk_whole_system')) }}
with days as (

    select * from {{ ref('int_whole_system_days__chosen') }}

),

features as (

    select * from {{ ref('fct_risk_features') }}

),

told as (

    select * from {{ ref('int_whole_system_features__told') }}

),

counted as (

    select
        day_kind,
        person_key,
        {%- for feature in risk_whole_system_features() %}
        max(amount) filter (where feature = '{{ feature }}') as {{ feature }},
        {%- endfor %}
    from told
    group by day_kind, person_key

)

select
    features.day_kind,
    features.reference_day,
    features.person_key,
    days.has_two_years,
    features.had_emergency_admission,
    {%- for feature in risk_features('hospital_gp') %}
    features.{{ feature }},
    {%- endfor %}
    {%- for feature in risk_whole_system_features() %}
    coalesce(counted.{{ feature }}, 0)::double as {{ feature }},
    {%- endfor %}
from features
inner join days on features.day_kind = days.day_kind
left join counted on features.day_kind = counted.day_kind and features.person_key = counted.person_key
