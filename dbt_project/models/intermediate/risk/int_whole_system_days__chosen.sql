{{ config(enabled=var('risk_whole_system')) }}
with days as (

    select * from {{ ref('int_risk_days__chosen') }}
    where not is_eve

),

contacts as (

    select event, happened_on from {{ ref('int_whole_system_events__placed') }}
    where event in ('social_care_contact', 'community_contact', 'mental_health_contact')

),

-- A contact is what each source has most of, and services began long before the first extract. One day in a thousand
-- may have a wrong year. A source that sends none at all has no say.
histories as (

    select quantile_disc(happened_on, 0.001) as begins_on from contacts
    group by event

),

history as (

    select coalesce(max(begins_on), date '0001-01-01') as begins_on from histories

)

-- As hospitals' days are chosen, of the source whose history is shortest.
select
    days.day_kind,
    days.reference_day,
    days.has_two_years and days.reference_day - interval 24 month + interval 14 day >= history.begins_on
        as has_two_years,
from days
cross join history
where
    days.day_kind = 'today'
    or days.reference_day - interval 12 month + interval 14 day >= history.begins_on
