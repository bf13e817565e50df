with grouped as (

    select * from {{ ref('int_measures__grouped') }}

),

measures as (

    select measure, follow_up_days from {{ ref('measures') }}

),

periods as (

    select period_id, period_type, period_start, period_end from {{ ref('int_periods__listed') }}

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

-- Beside the amount as it is linked, the amount as it would be at the other thresholds.
totals as (

    select
        period_id,
        area_type,
        area_code,
        group_type,
        group_value,
        measure,
        sum(amount) filter (where link_threshold = 'middle')::bigint as amount,
        max(n_contributors) filter (where link_threshold = 'middle') as n_contributors,
        max(largest_contribution) filter (where link_threshold = 'middle') as largest_contribution,
        sum(amount) filter (where link_threshold in ('middle', 'strict'))::bigint as amount_strict,
        sum(amount) filter (where link_threshold in ('middle', 'loose'))::bigint as amount_loose,
    from grouped
    group by period_id, area_type, area_code, group_type, group_value, measure

),

-- Everywhere that anybody is counted, every measure is told, though it be nought.
places as (

    select distinct period_id, area_type, area_code, group_type, group_value from grouped
    where link_threshold = 'middle'

),

told as (

    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        places.*,
        measures.measure,
    from places
    inner join periods on places.period_id = periods.period_id
    cross join measures
    cross join current_run
    where periods.period_end + measures.follow_up_days <= current_run.as_of

)

select
    told.* exclude (period_id),
    coalesce(totals.amount, 0) as amount,
    coalesce(totals.n_contributors, 0) as n_contributors,
    coalesce(totals.largest_contribution, 0) as largest_contribution,
    coalesce(totals.amount_strict, 0) as amount_strict,
    coalesce(totals.amount_loose, 0) as amount_loose,
from told
left join totals
    on
        told.period_id = totals.period_id
        and told.area_type = totals.area_type
        and told.area_code = totals.area_code
        and told.group_type = totals.group_type
        and told.group_value = totals.group_value
        and told.measure = totals.measure
