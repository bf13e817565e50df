with segments as (

    select * from {{ ref('fct_segment_tonight') }}
    where scheme_id = 'bridges_to_health'

)

select
    person_key,
    as_of,
    segment_id,
    segment_name,
    rule_version,
    reason,
    previous_segment_id,
    date_trunc('month', previous_until)::date as previous_until_month,
    evidence_on,
from segments
