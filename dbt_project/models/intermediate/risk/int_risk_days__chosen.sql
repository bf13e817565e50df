with current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

-- The first stays began before the first extract did, and one row in a thousand may have a wrong year.
history as (

    select quantile_disc(start_at, 0.001)::date as begins_on from {{ ref('stg_acute__encounters') }}

),

presets as (

    select within_months from {{ ref('risk_presets') }}
    where preset_kind = 'rising'

),

-- Outcomes are known to the end of the newest month that is complete, so that every model is trained on whole years.
known as (

    select (date_trunc('month', as_of + interval 1 day) - interval 1 day)::date as known_until from current_run

),

-- Months whose people are told by the band of the evening before: those that are over, and the one that runs, as a
-- financial year may have begun with it.
months as (

    select
        unnest(generate_series(
            date_trunc('month', as_of) - to_months({{ var('risk_band_months') }}), as_of, interval 1 month
        ))::date as first_day,
    from current_run

),

days as (

    select
        'today' as day_kind,
        as_of as reference_day,
        null::date as outcome_until,
    from current_run
    union all
    select
        'before' as day_kind,
        (current_run.as_of - to_months(presets.within_months))::date as reference_day,
        null::date as outcome_until,
    from current_run
    cross join presets
    union all
    select
        'recent' as day_kind,
        (known_until + interval 1 day - interval 12 month - interval 1 day)::date as reference_day,
        known_until as outcome_until,
    from known
    union all
    select
        'earlier' as day_kind,
        (known_until + interval 1 day - interval 24 month - interval 1 day)::date as reference_day,
        (known_until + interval 1 day - interval 12 month - interval 1 day)::date as outcome_until,
    from known
    union all
    select
        'eve ' || strftime(first_day, '%Y-%m') as day_kind,
        first_day - 1 as reference_day,
        null::date as outcome_until,
    from months

)

-- A day with less than a year of history before it would compare what was not sent with what did not happen. The first
-- event comes some days after the history begins: a fortnight is let pass.
select
    days.*,
    days.day_kind like 'eve %' as is_eve,
    coalesce(days.reference_day - interval 24 month + interval 14 day >= history.begins_on, false) as has_two_years,
from days
cross join history
where
    days.day_kind = 'today'
    or days.reference_day - interval 12 month + interval 14 day >= history.begins_on
