with linkage_controls as (

    select * from {{ ref('fct_linkage_control') }}

)

select
    run_id,
    control_id,
    meaning,
    link_step,
    links_tried,
    conflicts,
    conflicts_if_false,
    false_share,
    false_share_high,
from linkage_controls
