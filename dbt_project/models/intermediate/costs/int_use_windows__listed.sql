with current_run as (

    select
        as_of,
        {{ financial_year_start('as_of') }} as year_start,
        (date_trunc('month', as_of + 1) - interval 1 day)::date as month_end,
    from {{ ref('stg_ledger__current_run') }}

)

select
    'last_12_months' as window_id,
    (as_of - interval 1 year)::date + 1 as first_day,
    as_of as last_day,
from current_run
union all
select
    'financial_year' as window_id,
    year_start as first_day,
    as_of as last_day,
from current_run
union all
select
    'financial_year_before' as window_id,
    (year_start - interval 1 year)::date as first_day,
    year_start - 1 as last_day,
from current_run
union all
select
    'complete_months' as window_id,
    (month_end + 1 - interval 12 month)::date as first_day,
    month_end as last_day,
from current_run
