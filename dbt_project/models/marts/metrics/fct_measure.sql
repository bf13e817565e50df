{%- set measures = [
    'people', 'people_65_plus', 'emergency_admissions', 'emergency_admissions_65_plus', 'bed_days',
    'emergency_attendances', 'long_term_social_care_65_plus'
] -%}
with grouped as (

    select * from {{ ref('int_measures__grouped') }}

),

periods as (

    select period_id, period_type, period_start, period_end from {{ ref('int_periods__listed') }}

),

measured as (

    {% for measure in measures -%}
    select
        link_threshold,
        period_id,
        area_type,
        area_code,
        group_type,
        group_value,
        '{{ measure }}' as measure,
        {{ measure }} as amount,
        {{ measure }}_contributors as n_contributors,
        {{ measure }}_largest as largest_contribution,
    from grouped
    {% if not loop.last %}union all
    {% endif -%}
    {% endfor %}
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
        max(amount) filter (where link_threshold = 'middle') as amount,
        max(n_contributors) filter (where link_threshold = 'middle') as n_contributors,
        max(largest_contribution) filter (where link_threshold = 'middle') as largest_contribution,
        sum(amount) filter (where link_threshold in ('middle', 'strict'))::bigint as amount_strict,
        sum(amount) filter (where link_threshold in ('middle', 'loose'))::bigint as amount_loose,
    from measured
    where amount is not null
    group by period_id, area_type, area_code, group_type, group_value, measure
    having bool_or(link_threshold = 'middle')

)

select
    periods.period_type,
    periods.period_start,
    periods.period_end,
    totals.* exclude (period_id),
from totals
inner join periods on totals.period_id = periods.period_id
