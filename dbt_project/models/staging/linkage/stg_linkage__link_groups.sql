select
    run_id,
    source,
    sender,
    link_step,
    group_type,
    group_value,
    records::bigint as records,
    people::bigint as people,
    records_registered::bigint as records_registered,
    probability_missed::double as probability_missed,
    probability_false::double as probability_false,
from {{ source('linkage', 'link_groups') }}
