with practice_lists as (

    select * from {{ ref('fct_practice_list') }}

)

-- One in a hundred may differ: people who died, or moved between two practices' extracts.
select
    as_of,
    practice_code,
    registered_people,
    registered_people_before,
    sender_count,
    is_closed,
    abs(registered_people - sender_count) <= greatest(1, 0.01 * sender_count)
    and coalesce(registered_people >= registered_people_before * (1 - drop_limit), true) as is_passed,
from practice_lists
