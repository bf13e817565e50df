with crossings as (

    select * from {{ ref('fct_area_overlap') }}

)

select
    period_type,
    period_start,
    period_end,
    borough_code,
    pcn_code,
    people,
from crossings
