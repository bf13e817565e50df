-- Months that are over and financial years to date, from the first month of which both hospital feeds tell (but for one
-- row in a thousand) and for ten years at most: variable as_of; views of the pseudonymised zone.
create or replace table period as
with told as (
    select activity_type as kind, start_at from acute__encounters
    where start_at::date <= getvariable('as_of') and ifnull(status, '') <> 'entered-in-error'
),
began as (
    select greatest(
        date_trunc('month', (select quantile_disc(start_at, 0.001) from told where kind = 'inpatient_spell')),
        date_trunc('month', (select quantile_disc(start_at, 0.001) from told where kind = 'emergency_attendance')),
        date_trunc('month', getvariable('as_of') + 1) - interval 120 month
    )::date as month
),
day as (
    select d::date as first
    from began, generate_series(month - interval 11 month, getvariable('as_of'), interval 1 month) as s(d)
)
select 'month' as period_type, first as period_start, last_day(first) as period_end
from day, began where first >= month and last_day(first) <= getvariable('as_of')
union all
select 'financial_year', first, least(make_date(year(first) + 1, 3, 31), getvariable('as_of'))
from day, began where month(first) = 4 and make_date(year(first) + 1, 3, 31) >= month;
