with person_sources as (

    select * from {{ ref('bridge_person_source') }}

)

select
    person_key,
    source,
    sender,
    link_step,
    link_confidence,
from person_sources
