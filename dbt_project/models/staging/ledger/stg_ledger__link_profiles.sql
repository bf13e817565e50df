select
    run_id,
    try_cast(as_of as date) as as_of,
    profile,
    source,
    value,
    records::bigint as records,
    people::bigint as people,
from {{ source('ledger', 'link_profiles') }}
