with linkage as (

    select * from {{ ref('fct_linkage') }}

)

select
    run_id,
    source,
    sender,
    link_step,
    'all' as group_type,
    'all' as group_value,
    records,
    people,
    null::double as estimated_missed,
    null::double as estimated_false,
from linkage
