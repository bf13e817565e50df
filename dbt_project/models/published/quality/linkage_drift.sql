with linkage_drifts as (

    select * from {{ ref('fct_linkage_drift') }}

)

select
    run_id,
    as_of,
    profile,
    source,
    value,
    records,
    people,
    share,
    share_before,
    share_change,
    nights_before,
    stability_index,
from linkage_drifts
