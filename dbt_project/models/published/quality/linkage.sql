with linkages as (

    select * from {{ ref('fct_linkage') }}

)

select
    run_id,
    source,
    sender,
    link_step,
    group_type,
    group_value,
    records,
    people,
    records_registered,
    estimated_missed,
    estimated_false,
from linkages
