-- Rows that speak against it: a month at whose end metrics and the table of moves have not the same people in one of
-- the ten groups. Both go by the true age.
with moves as (

    select month_end, to_segment_id as segment_id, sum(people) as people from {{ ref('fct_segment_move') }}
    where scheme_id = 'ten_groups' and to_segment_id != 'left'
    group by all

),

months as (

    select period_id, period_end as month_end from {{ ref('int_periods__listed') }}
    where period_type = 'month' and period_end in (select month_end from moves)

),

counted as (

    select months.month_end, population.segment_id, count(*) as people
    from {{ ref('fct_population_period') }} as population
    inner join months on population.period_id = months.period_id
    where population.link_threshold = 'middle' and population.is_registered
    group by all

)

select
    moves.*,
    counted.people as counted_people,
from moves
full join counted on moves.month_end = counted.month_end and moves.segment_id = counted.segment_id
where moves.people is distinct from counted.people
