with moves as (

    select * from {{ ref('fct_segment_move') }}

)

select
    date_trunc('month', month_end)::date as month,
    scheme_id,
    from_segment_id,
    to_segment_id,
    people,
    rule_version,
from moves
