with files as (

    select * from {{ ref('dim_file') }}

)

select
    run_id,
    file_id,
    source,
    sender,
    extract_date,
    file_name,
    file_sha256,
    format,
    rows_in,
    rows_landed,
    rows_quarantined,
    outcome,
from files
