with spans as (

    select * from {{ ref('fct_population_segment_history') }}

)

select
    person_key,
    segment_id,
    segment_name,
    rule_version,
    reason,
    published_from,
    published_until,
from spans
