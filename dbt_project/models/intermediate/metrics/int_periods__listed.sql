with current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

-- What the data cover begins with the month in which both hospital feeds tell: the first stays began before the
-- first extract did. One in a thousand may have a wrong year. A service open for years says nothing of the years
-- before: social care alone covers two.
first_activity as (

    select
        greatest(
            quantile_disc(start_at, 0.001) filter (where activity_type = 'inpatient_spell'),
            quantile_disc(start_at, 0.001) filter (where activity_type = 'emergency_attendance')
        ) as in_hospital_at,
        min(start_at) filter (where activity_type = 'social_care_service') as in_social_care_at,
    from {{ ref('fct_activity') }}
    where activity_type in ('inpatient_spell', 'emergency_attendance', 'social_care_service')

),

bounds as (

    select
        current_run.as_of,
        greatest(
            date_trunc('month', coalesce(
                first_activity.in_hospital_at,
                greatest(first_activity.in_social_care_at, current_run.as_of - interval 2 year),
                current_run.as_of
            )),
            date_trunc('month', current_run.as_of + 1) - to_months({{ var('metric_history_months') }})
        )::date as first_month,
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
