with matches as (

    select * from {{ ref('fct_ambulance_match') }}

)

select
    counted,
    sender,
    month_start,
    incident_outcome,
    result,
    n,
from matches
