with spells as (

    select person_key, scheme_id, segment_id, rule_version, first_month_end, last_month_end
    from {{ ref('fct_segment_spell') }}
    where is_counted and first_month_end is not null

),

bounds as (

    select first_day, last_month_end from {{ ref('int_segment_days__bounded') }}

),

placed as (

    select
        *,
        lag(segment_id) over in_order as segment_before,
        lag(last_month_end) over in_order as before_until,
        lead(first_month_end) over in_order as after_from,
        last_day(last_month_end + 1) as month_after,
    from spells
    window in_order as (partition by person_key, scheme_id order by first_month_end)

),

-- A month begins as the month before ended: the first that is known has no beginning.
came as (

    select
        placed.first_month_end as month_end,
        placed.scheme_id,
        placed.rule_version,
        if(last_day(placed.before_until + 1) = placed.first_month_end, placed.segment_before, 'new')
            as from_segment_id,
        placed.segment_id as to_segment_id,
        count(*) as people,
    from placed
    cross join bounds
    where placed.first_month_end > bounds.first_day
    group by all

),

went as (

    select
        placed.month_after as month_end,
        placed.scheme_id,
        placed.rule_version,
        placed.segment_id as from_segment_id,
        'left' as to_segment_id,
        count(*) as people,
    from placed
    cross join bounds
    where
        placed.month_after <= bounds.last_month_end
        and coalesce(placed.after_from, date '9999-12-31') > placed.month_after
    group by all

),

alike as (

    select
        scheme_id,
        rule_version,
        segment_id,
        first_month_end,
        last_month_end,
        count(*) as people,
    from spells
    where last_month_end > first_month_end
    group by all

),

stayed as (

    select
        last_day(unnest(generate_series(first_month_end + 1, last_month_end, interval 1 month))) as month_end,
        scheme_id,
        rule_version,
        segment_id as from_segment_id,
        segment_id as to_segment_id,
        people,
    from alike

),

moves as (

    select * from came
    union all by name
    select * from went
    union all by name
    select * from stayed

)

select
    month_end,
    scheme_id,
    rule_version,
    from_segment_id,
    to_segment_id,
    sum(people)::bigint as people,
from moves
group by all
