with recorded as (

    select * from {{ ref('int_conditions__recorded') }}

),

conditions as (

    select * from {{ ref('conditions') }}

),

summarised as (

    select
        person_key,
        condition_id,
        min(recorded_on) as first_recorded_on,
        max(recorded_on) as latest_recorded_on,
        max(recorded_on) filter (where is_resolution) as resolved_on,
        max(recorded_on) filter (where not is_resolution) as latest_diagnosed_on,
        bool_or(not is_resolution) as is_diagnosed,
        string_agg(distinct source, ',' order by source) as sources,
    from recorded
    group by person_key, condition_id

)

select
    summarised.person_key,
    summarised.condition_id,
    conditions.condition_name,
    conditions.is_long_term,
    summarised.first_recorded_on,
    summarised.latest_recorded_on,
    {{ is_standing(
        'conditions.is_lifelong', 'summarised.is_diagnosed', 'summarised.latest_diagnosed_on', 'summarised.resolved_on'
    ) }} as is_current,
    summarised.sources,
from summarised
inner join conditions on summarised.condition_id = conditions.condition_id
