select
    run_id,
    try_cast(as_of as date) as as_of,
    {{ ledger_time('started_at') }} as started_at,
    {{ ledger_time('ended_at') }} as ended_at,
    outcome,
    code_version,
    key_ids,
from {{ source('ledger', 'runs') }}
