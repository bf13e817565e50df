with references_counted as (

    select * from {{ ref('fct_unresolved_reference') }}

)

select
    run_id,
    as_of,
    source,
    sender,
    resource_type,
    path,
    target_type,
    references_checked,
    references_unresolved,
from references_counted
