{%- set own = risk_attributes() | reject('equalto', 'n_medicines') | list -%}
{%- set told_features = risk_features('hospital_gp') | reject('in', own) | list -%}
with days as (

    select * from {{ ref('int_risk_days__chosen') }}
    where not is_eve

),

people as (

    select * from {{ ref('int_risk_people__registered') }}
    where not is_eve

),

told as (

    select * from {{ ref('int_risk_features__told') }}
    where not is_eve

),

counted as (

    select
        day_kind,
        person_key,
        {%- for feature in told_features %}
        max(amount) filter (where feature = '{{ feature }}') as {{ feature }},
        {%- endfor %}
    from told
    group by day_kind, person_key

),

admitted as (

    select
        days.day_kind,
        events.person_key,
    from days
    inner join {{ ref('int_risk_events__placed') }} as events
        on events.happened_on > days.reference_day and events.happened_on <= days.outcome_until
    where events.event = 'emergency_admission'
    group by days.day_kind, events.person_key

)

select
    people.day_kind,
    people.reference_day,
    people.person_key,
    days.has_two_years,
    if(days.outcome_until is null, null, admitted.person_key is not null) as had_emergency_admission,
    {{ risk_attributes_of('people') }},
    {%- for feature in told_features %}
    coalesce(counted.{{ feature }}, 0)::double as {{ feature }},
    {%- endfor %}
from people
inner join days on people.day_kind = days.day_kind
left join counted on people.day_kind = counted.day_kind and people.person_key = counted.person_key
left join admitted on people.day_kind = admitted.day_kind and people.person_key = admitted.person_key
