with population_segments as (

    select * from {{ ref('fct_population_segment') }}

)

select
    person_key,
    as_of,
    segment_id,
    segment_name,
    rule_version,
    reason,
    null::varchar as previous_segment_id,
from population_segments
