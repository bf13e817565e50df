with events as (

    select * from {{ ref('int_metric_events__dated') }}

),

periods as (

    select * from {{ ref('int_periods__listed') }}

),

services as (

    select person_key, source, sender, start_date, end_date from {{ ref('fct_care_package') }}
    where service_type like 'Long Term Support%'

),

care_packages as (

    {{ at_each_threshold('services') }}

),

in_periods as (

    select periods.period_id, events.link_threshold, events.linked_key, events.measure, events.amount
    from events
    inner join periods on events.counted_on between periods.period_start and periods.period_end

),

-- Open on the last day: a service's end date is the last day that it was given.
long_term as (

    select distinct periods.period_id, care_packages.link_threshold, care_packages.linked_key
    from care_packages
    inner join periods
        on
            care_packages.start_date <= periods.period_end
            and coalesce(care_packages.end_date, date '9999-12-31') >= periods.period_end

),

measured as (

    select * from in_periods
    union all
    select *, 'long_term_social_care' as measure, 1 as amount from long_term

)

select
    period_id,
    link_threshold,
    linked_key,
    coalesce(sum(amount) filter (where measure = 'emergency_admissions'), 0)::bigint as emergency_admissions,
    coalesce(sum(amount) filter (where measure = 'bed_days'), 0)::bigint as bed_days,
    coalesce(sum(amount) filter (where measure = 'emergency_attendances'), 0)::bigint as emergency_attendances,
    coalesce(sum(amount) filter (where measure = 'long_term_social_care'), 0)::bigint as long_term_social_care,
from measured
group by period_id, link_threshold, linked_key
