with feed_nights as (

    select * from {{ ref('fct_feed_night') }}

)

select
    as_of,
    source,
    sender,
    feed,
    expected_on,
    last_extract_on,
    coalesce(is_late, false) as is_late,
    coalesce(rows_in, 0) as rows_in,
    case
        when last_extract_on is null then 'missing'
        when outcome in ('refused', 'missing') or is_late or is_lacking then 'partial'
        else 'complete'
    end as coverage,
from feed_nights
