-- Every measure that a metric counts, once: metrics that share a numerator or a denominator share its cells. Months
-- are broken down by area or by group, not by both: a practice's month has hardly a group of 8 people in it.
-- Groups are named, so that a new one of wsic.metric is not told to anyone unseen: risk bands are for those who plan.
create or replace temp table counted_measure as
with counts as (
    select
        numerator_measure as measure, period_type, period_start, period_end, area_type, area_code, group_type,
        group_value, numerator as amount, n_numerator_people as people, numerator_largest as largest,
    from wsic.metric
    union all
    select
        denominator_measure as measure, period_type, period_start, period_end, area_type, area_code, group_type,
        group_value, denominator as amount, n_denominator_people as people, denominator_largest as largest,
    from wsic.metric
)
select
    measure,
    period_type,
    period_start,
    period_end,
    area_type,
    area_code,
    group_type,
    group_value,
    round(max(amount))::bigint as amount,
    max(people) as people,
    max(largest) as largest,
    min(amount) is distinct from max(amount) as is_ambiguous,
from counts
where
    group_type in ('all', 'age_band', 'sex', 'ethnic_group', 'imd_quintile', 'segment')
    and (period_type <> 'month' or area_type = 'system' or group_type = 'all')
group by all;
