with days as (

    select * from {{ ref('int_risk_days__chosen') }}

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

counted as (

    select
        days.day_kind,
        days.is_eve,
        events.person_key,
        events.event,
        {{ risk_band(days_between('events.happened_on', 'days.reference_day')) }} as days_ago,
        sum(events.amount) as amount,
    from days
    inner join events
        on events.happened_on between days.reference_day - interval 730 day and days.reference_day
    group by all

),

-- As on record on the day: a condition that can end has ended when the latest entry says so.
standing as (

    select
        days.day_kind,
        days.is_eve,
        conditions.person_key,
        conditions.condition_id,
    from days
    inner join conditions on days.reference_day >= conditions.known_on
    group by days.day_kind, days.is_eve, conditions.person_key, conditions.condition_id
    having
        {{ is_standing(
            'bool_or(conditions.is_lifelong)',
            'bool_or(not conditions.is_resolution)',
            'max(conditions.known_on) filter (where not conditions.is_resolution)',
            'max(conditions.known_on) filter (where conditions.is_resolution)'
        ) }}

),

medicated as (

    select
        days.day_kind,
        days.is_eve,
        medicines.person_key,
        count(distinct medicines.code) as n_medicines,
    from days
    inner join medicines
        on medicines.authored_on between days.reference_day - interval 90 day and days.reference_day
    group by days.day_kind, days.is_eve, medicines.person_key

)

select
    day_kind,
    is_eve,
    person_key,
    event || '_' || days_ago as feature,
    amount::double as amount,
from counted
union all
select
    day_kind,
    is_eve,
    person_key,
    'has_' || condition_id as feature,
    1 as amount,
from standing
union all
select
    day_kind,
    is_eve,
    person_key,
    'n_medicines' as feature,
    n_medicines as amount,
from medicated
