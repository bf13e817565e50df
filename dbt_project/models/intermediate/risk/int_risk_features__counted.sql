with days as (

    select * from {{ ref('int_risk_days__chosen') }}

),

people as (

    select * from {{ ref('int_risk_people__registered') }}

),

events as (

    select * from {{ ref('int_risk_events__placed') }}

),

conditions as (

    select * from {{ ref('int_risk_conditions__coded') }}

),

medicines as (

    select person_key, code_system, code, authored_on from {{ ref('stg_gp__medication_requests') }}
    where coalesce(status, '') != 'entered-in-error'

),

placed as (

    select
        days.day_kind,
        events.person_key,
        events.amount,
        events.event || '_' || {{ risk_band(days_between('events.happened_on', 'days.reference_day')) }} as feature,
    from days
    inner join events
        on events.happened_on between days.reference_day - interval 730 day and days.reference_day

),

counted as (

    select
        day_kind,
        person_key,
        {%- for count in risk_counts() %}
        sum(amount) filter (where feature = '{{ count }}') as {{ count }},
        {%- endfor %}
    from placed
    group by day_kind, person_key

),

-- As on record on the day: a condition that can end has ended when the latest entry says so.
standing as (

    select
        days.day_kind,
        conditions.person_key,
        conditions.condition_id,
    from days
    inner join conditions on days.reference_day >= conditions.known_on
    group by days.day_kind, conditions.person_key, conditions.condition_id
    having
        {{ is_standing(
            'bool_or(conditions.is_lifelong)',
            'bool_or(not conditions.is_resolution)',
            'max(conditions.known_on) filter (where not conditions.is_resolution)',
            'max(conditions.known_on) filter (where conditions.is_resolution)'
        ) }}

),

diagnosed as (

    select
        day_kind,
        person_key,
        {%- for condition in risk_conditions() %}
        bool_or(condition_id = '{{ condition }}') as has_{{ condition }},
        {%- endfor %}
    from standing
    group by day_kind, person_key

),

medicated as (

    select
        days.day_kind,
        medicines.person_key,
        count(distinct medicines.code) as n_medicines,
    from days
    inner join medicines
        on medicines.authored_on between days.reference_day - interval 90 day and days.reference_day
    group by days.day_kind, medicines.person_key

),

admitted as (

    select
        days.day_kind,
        events.person_key,
    from days
    inner join events on events.happened_on > days.reference_day and events.happened_on <= days.outcome_until
    where events.event = 'emergency_admission'
    group by days.day_kind, events.person_key

)

select
    people.day_kind,
    people.reference_day,
    people.person_key,
    days.has_two_years,
    if(days.outcome_until is null, null, admitted.person_key is not null) as had_emergency_admission,
    coalesce(people.age_years, 0)::double as age_years,
    coalesce(people.age_years < 5, false)::integer::double as is_under_5,
    greatest(coalesce(people.age_years, 0) - 65, 0)::double as years_over_65,
    greatest(coalesce(people.age_years, 0) - 80, 0)::double as years_over_80,
    coalesce(people.sex = 'male', false)::integer::double as is_male,
    coalesce(medicated.n_medicines, 0)::double as n_medicines,
    {%- for condition in risk_conditions() %}
    coalesce(diagnosed.has_{{ condition }}, false)::integer::double as has_{{ condition }},
    {%- endfor %}
    {%- for count in risk_counts() %}
    coalesce(counted.{{ count }}, 0)::double as {{ count }},
    {%- endfor %}
from people
inner join days on people.day_kind = days.day_kind
left join counted on people.day_kind = counted.day_kind and people.person_key = counted.person_key
left join diagnosed on people.day_kind = diagnosed.day_kind and people.person_key = diagnosed.person_key
left join medicated on people.day_kind = medicated.day_kind and people.person_key = medicated.person_key
left join admitted on people.day_kind = admitted.day_kind and people.person_key = admitted.person_key
