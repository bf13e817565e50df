select
    file_id,
    run_id,
    source,
    sender,
    try_cast(extract_date as date) as extract_date,
    file_name,
    file_sha256,
    format,
    rows_in::bigint as rows_in,
    rows_landed::bigint as rows_landed,
    rows_quarantined::bigint as rows_quarantined,
    outcome,
from {{ source('ledger', 'files') }}
