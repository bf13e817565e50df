with current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

-- What the data cover begins with the month of the first activity or registration of each metric's feeds.
first_activity as (

    select date_trunc('month', min(start_at))::date as first_month from {{ ref('fct_activity') }}
    where activity_type in ('inpatient_spell', 'emergency_attendance', 'social_care_service')

),

bounds as (

    select
        current_run.as_of,
        greatest(
            coalesce(first_activity.first_month, date_trunc('month', current_run.as_of)::date),
            (date_trunc('month', current_run.as_of + 1) - to_months({{ var('metric_history_months') }}))::date
        ) as first_month,
    from current_run
    cross join first_activity

),

months as (

    select
        'month' as period_type,
        unnest(generate_series(first_month, as_of, interval 1 month))::date as period_start,
        as_of,
    from bounds

),

years as (

    select
        'financial_year' as period_type,
        unnest(generate_series({{ financial_year_start('first_month') }}, as_of, interval 1 year))::date
            as period_start,
        as_of,
    from bounds

),

periods as (

    select period_type, period_start, as_of, (period_start + interval 1 month)::date - 1 as period_end from months
    union all
    select
        period_type,
        period_start,
        as_of,
        least((period_start + interval 1 year)::date - 1, as_of) as period_end,
    from years

)

-- Months that are over; the financial year that runs counts to the night's date.
select
    row_number() over (order by period_type, period_start)::integer as period_id,
    period_type,
    period_start,
    period_end,
from periods
where period_end <= as_of
