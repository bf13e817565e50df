select
    run_id,
    product,
    reason,
    people::bigint as people,
    rows::bigint as rows,
from {{ source('ledger', 'withheld') }}
