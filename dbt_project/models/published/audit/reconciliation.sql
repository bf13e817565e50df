with file_stages as (

    select * from {{ ref('fct_file_stage') }}

),

files as (

    select * from {{ ref('dim_file') }}

)

select
    file_stages.run_id,
    files.source,
    files.sender,
    files.file_name,
    file_stages.file_id,
    file_stages.stage,
    file_stages.rows_in,
    file_stages.rows_out,
    file_stages.rows_quarantined,
    file_stages.rows_withheld,
    file_stages.rows_superseded,
    file_stages.rows_in
    = file_stages.rows_out
    + file_stages.rows_quarantined
    + file_stages.rows_withheld
    + file_stages.rows_superseded as is_balanced,
from file_stages
left join files on file_stages.file_id = files.file_id
