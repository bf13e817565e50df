select
    run_id,
    try_cast(as_of as date) as as_of,
    product,
    code_version,
from {{ source('ledger', 'current_run') }}
