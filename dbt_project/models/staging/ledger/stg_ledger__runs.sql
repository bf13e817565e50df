select
    run_id,
    try_cast(as_of as date) as as_of,
    try_cast(started_at as timestamp) as started_at,
    try_cast(ended_at as timestamp) as ended_at,
    outcome,
    code_version,
    key_ids,
from {{ source('ledger', 'runs') }}
