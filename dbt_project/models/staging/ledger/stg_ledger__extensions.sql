select
    run_id,
    source,
    sender,
    extract_date,
    file_name,
    resource_type,
    place,
    url,
    records::bigint as records,
    extensions::bigint as extensions,
from {{ source('ledger', 'extensions') }}
