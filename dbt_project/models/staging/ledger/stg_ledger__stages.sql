select
    run_id,
    file_id,
    stage,
    rows_in::bigint as rows_in,
    rows_out::bigint as rows_out,
    coalesce(rows_quarantined, 0)::bigint as rows_quarantined,
    coalesce(rows_withheld, 0)::bigint as rows_withheld,
    coalesce(rows_superseded, 0)::bigint as rows_superseded,
from {{ source('ledger', 'stages') }}
