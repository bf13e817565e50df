select
    run_id,
    source,
    sender,
    feed,
    outcome,
    try_cast(last_extract_on as date) as last_extract_on,
    try_cast(expected_on as date) as expected_on,
    is_late::boolean as is_late,
    rows_in::bigint as rows_in,
from {{ source('ledger', 'feeds') }}
