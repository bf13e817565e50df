with current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

known as (

    select
        min(periods.period_end) as first_counted_day,
        min(periods.period_end) filter (
            where periods.period_end > current_run.as_of - to_months({{ var('segment_history_months') }})
        ) as first_month_end,
        max(periods.period_end) as last_month_end,
    from {{ ref('int_periods__listed') }} as periods
    cross join current_run
    where periods.period_type = 'month'

)

-- What is told of people goes back for fewer months than what metrics count.
select
    current_run.as_of,
    coalesce(known.first_month_end, current_run.as_of) as first_day,
    coalesce(known.first_counted_day, current_run.as_of) as first_counted_day,
    known.last_month_end,
from current_run
cross join known
