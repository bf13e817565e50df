{{ config(materialized='table') }}
with events as (

    select * from {{ ref('int_metric_events__dated') }}

),

periods as (

    select * from {{ ref('int_periods__listed') }}

),

services as (

    select person_key, source, sender, service_type, start_date, end_date from {{ ref('fct_care_package') }}

),

care_packages as (

    {{ at_each_threshold('services') }}

),

stays as (

    select * from {{ ref('int_inpatient_stays__followed') }}
    where not has_died

),

deaths as (

    select distinct link_threshold, linked_key, died_on from {{ ref('int_registrations__linked') }}
    where died_on is not null

),

in_periods as (

    select
        periods.period_id,
        events.link_threshold,
        events.linked_key,
        events.measure,
        sum(events.amount)::bigint as amount,
    from events
    inner join periods on events.counted_on between periods.period_start and periods.period_end
    group by all

),

-- A service's end date is the last day that it was given.
in_care as (

    select
        periods.period_id,
        care_packages.link_threshold,
        care_packages.linked_key,
        bool_or(
            care_packages.service_type like 'Long Term Support%'
            and coalesce(care_packages.end_date, date '9999-12-31') >= periods.period_end
        ) as is_long_term_on_the_last_day,
    from care_packages
    inner join periods
        on
            care_packages.start_date <= periods.period_end
            and coalesce(care_packages.end_date, date '9999-12-31') >= periods.period_start
    group by all

),

avoidable as (

    select
        in_periods.period_id,
        in_periods.link_threshold,
        in_periods.linked_key,
        sum(in_periods.amount)::bigint as amount,
    from in_periods
    inner join in_care
        on
            in_periods.period_id = in_care.period_id
            and in_periods.link_threshold = in_care.link_threshold
            and in_periods.linked_key = in_care.linked_key
    where in_periods.measure in ('avoidable_chronic_admissions', 'avoidable_acute_admissions')
    group by all

),

-- Stays that ended with reablement, and what became of people within 84 days.
reabled as (

    select
        stays.link_threshold,
        stays.linked_key,
        stays.inpatient_spell_group,
        stays.discharged_on,
        coalesce(any_value(stays.next_emergency_on) > stays.discharged_on + 84, true)
        and coalesce(bool_and(deaths.died_on not between stays.discharged_on and stays.discharged_on + 84), true)
        and not bool_or(
            care_packages.service_type like 'Long Term Support%'
            and care_packages.start_date between stays.discharged_on and stays.discharged_on + 84
        ) as is_at_home,
    from stays
    inner join care_packages
        on stays.link_threshold = care_packages.link_threshold and stays.linked_key = care_packages.linked_key
    left join deaths
        on stays.link_threshold = deaths.link_threshold and stays.linked_key = deaths.linked_key
    group by stays.link_threshold, stays.linked_key, stays.inpatient_spell_group, stays.discharged_on
    having bool_or(
        care_packages.service_type = 'Short Term Support: ST-Max'
        and care_packages.start_date between stays.discharged_on - 7 and stays.discharged_on + 3
    )

),

-- A person's first such discharge of the period; of two on one day the one that went worse.
first_reabled as (

    select
        periods.period_id,
        reabled.link_threshold,
        reabled.linked_key,
        min_by(reabled.is_at_home, (reabled.discharged_on, reabled.is_at_home)) as is_at_home,
    from reabled
    inner join periods on reabled.discharged_on between periods.period_start and periods.period_end
    group by all

),

measured as (

    select period_id, link_threshold, linked_key, measure, amount from in_periods
    union all by name
    select period_id, link_threshold, linked_key, 'people_75_plus_with_social_care' as measure, 1 as amount from in_care
    union all by name
    select period_id, link_threshold, linked_key, 'long_term_social_care_65_plus' as measure, 1 as amount from in_care
    where is_long_term_on_the_last_day
    union all by name
    select *, 'avoidable_admissions_75_plus_with_social_care' as measure from avoidable
    union all by name
    select period_id, link_threshold, linked_key, 'reablement_discharges' as measure, 1 as amount from first_reabled
    union all by name
    select period_id, link_threshold, linked_key, 'reablement_discharges_at_home' as measure, 1 as amount
    from first_reabled
    where is_at_home

)

select period_id, link_threshold, linked_key, measure, amount::bigint as amount from measured
