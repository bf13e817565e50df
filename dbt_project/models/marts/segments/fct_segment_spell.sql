with bounds as (

    select * from {{ ref('int_segment_days__bounded') }}

),

-- What lies before the first day is for metrics alone: of a person it would tell birthdays that nothing here hides.
fitted as (

    select fitted.* replace (greatest(fitted.start_on, bounds.first_day) as start_on),
    from {{ ref('int_segments__fitted') }} as fitted
    inner join bounds on fitted.end_on > bounds.first_day

),

rules as (

    select * from {{ ref('int_segment_rules__versioned') }}

),

named as (

    select
        fitted.*,
        rules.segment_id,
        rules.segment_name,
        rules.need,
        rules.rule_version,
        lag(rules.segment_id) over in_order as segment_before,
        lag(fitted.end_on) over in_order - 1 as before_until,
    from fitted
    inner join rules on fitted.scheme_id = rules.scheme_id and fitted.segment_order = rules.segment_order
    window in_order as (
        partition by fitted.person_key, fitted.is_counted, fitted.scheme_id order by fitted.start_on
    )

),

followed as (

    select
        *,
        last_value(if(segment_before != segment_id, segment_before, null) ignore nulls) over until_then
            as previous_segment_id,
        last_value(if(segment_before != segment_id, before_until, null) ignore nulls) over until_then
            as previous_until,
    from named
    window until_then as (
        partition by person_key, is_counted, scheme_id order by start_on rows unbounded preceding
    )

),

-- The first and the last end of a month that lie in the stretch.
in_months as (

    select
        followed.* exclude (segment_before, before_until, need),
        case
            when followed.need = 'anything' then 'No need above it in the table'
            when followed.need = 'emergency_admission' then 'Emergency admission'
            else 'Current condition: ' || followed.need
        end as reason,
        last_day(followed.start_on) as first_month_end,
        least((date_trunc('month', followed.end_on) - interval 1 day)::date, bounds.last_month_end) as last_month_end,
    from followed
    cross join bounds

)

select
    * exclude (first_month_end, last_month_end),
    if(first_month_end <= last_month_end, first_month_end, null) as first_month_end,
    if(first_month_end <= last_month_end, last_month_end, null) as last_month_end,
from in_months
