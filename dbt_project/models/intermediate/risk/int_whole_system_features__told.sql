{{ config(enabled=var('risk_whole_system')) }}
with days as (

    select * from {{ ref('int_whole_system_days__chosen') }}

),

events as (

    select * from {{ ref('int_whole_system_events__placed') }}

),

spans as (

    select * from {{ ref('int_whole_system_spans__opened') }}

),

counted as (

    select
        days.day_kind,
        events.person_key,
        events.event,
        {{ risk_band(days_between('events.happened_on', 'days.reference_day')) }} as days_ago,
        count(*) as amount,
    from days
    inner join events
        on events.happened_on between days.reference_day - interval 730 day and days.reference_day
    group by all

),

standing as (

    select distinct
        days.day_kind,
        spans.person_key,
        spans.state,
    from days
    inner join spans on days.reference_day between spans.start_on and spans.end_on

)

select
    day_kind,
    person_key,
    event || '_' || days_ago as feature,
    amount::double as amount,
from counted
union all
select
    day_kind,
    person_key,
    'has_' || state as feature,
    1 as amount,
from standing
