-- Rows that speak against it: a segment whose people at the end of a month are not those whom moves bring there, or at
-- its beginning not those whom they take up.
with spells as (

    select * from {{ ref('fct_segment_spell') }}
    where is_counted and first_month_end is not null

),

moves as (

    select * from {{ ref('fct_segment_move') }}

),

alike as (

    select scheme_id, segment_id, first_month_end, last_month_end, count(*) as people from spells
    group by all

),

months as (

    select
        scheme_id,
        segment_id,
        last_day(
            unnest(generate_series(date_trunc('month', first_month_end), last_month_end, interval 1 month))::date
        ) as month_end,
        people,
    from alike

),

told as (

    select month_end, scheme_id, segment_id, sum(people) as people from months
    group by all

),

moved as (

    select 'end' as which, month_end, scheme_id, to_segment_id as segment_id, people from moves
    where to_segment_id != 'left'
    union all
    select
        'beginning' as which,
        (date_trunc('month', month_end) - interval 1 day)::date as month_end,
        scheme_id,
        from_segment_id as segment_id,
        people,
    from moves
    where from_segment_id != 'new'

),

counted as (

    select which, month_end, scheme_id, segment_id, sum(people) as people from moved
    group by all

),

wanted as (

    select 'end' as which, * from told
    where month_end > (select min(month_end) from told)
    union all
    select 'beginning' as which, * from told
    where month_end < (select max(month_end) from told)

)

select wanted.*, counted.people as counted_people
from wanted
full join counted
    on
        wanted.which = counted.which
        and wanted.month_end = counted.month_end
        and wanted.scheme_id = counted.scheme_id
        and wanted.segment_id = counted.segment_id
where wanted.people is distinct from counted.people
