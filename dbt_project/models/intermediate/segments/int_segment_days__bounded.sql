with current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

months as (

    select periods.period_end
    from {{ ref('int_periods__listed') }} as periods
    cross join current_run
    where
        periods.period_type = 'month'
        and periods.period_end > current_run.as_of - to_months({{ var('segment_history_months') }})

),

known as (

    select
        min(period_end) as first_month_end,
        max(period_end) as last_month_end,
    from months

)

select
    current_run.as_of,
    coalesce(known.first_month_end, current_run.as_of) as first_day,
    known.last_month_end,
from current_run
cross join known
