with practice_lists as (

    select * from {{ ref('fct_practice_list') }}

)

-- One in a hundred may differ: people who died, or moved between two practices' extracts.
select
    as_of,
    practice_code,
    registered_people,
    null::bigint as registered_people_before,
    sender_count,
    abs(registered_people - sender_count) <= greatest(1, 0.01 * sender_count) as is_passed,
from practice_lists
