select
    run_id,
    as_of,
    source,
    sender,
    resource_type,
    path,
    target_type,
    references_checked::bigint as references_checked,
    references_unresolved::bigint as references_unresolved,
from {{ source('ledger', 'references') }}
