with fitted as (

    select * from {{ ref('int_segments__fitted') }}

)

select
    person_key,
    as_of,
    segment_id,
    segment_name,
    '{{ var("rule_version") }}' as rule_version,
    case need
        when 'anything' then 'No need above it in the table'
        else 'Current condition: ' || need || coalesce(', first recorded ' || strftime(first_recorded_on, '%Y-%m'), '')
    end as reason,
from fitted
