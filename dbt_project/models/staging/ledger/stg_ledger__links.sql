select
    run_id,
    source,
    sender,
    link_step,
    records::bigint as records,
    people::bigint as people,
from {{ source('ledger', 'links') }}
