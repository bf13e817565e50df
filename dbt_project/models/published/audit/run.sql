with runs as (

    select * from {{ ref('dim_run') }}

)

select
    run_id,
    as_of,
    started_at,
    ended_at,
    outcome,
    code_version,
    key_ids,
from runs
