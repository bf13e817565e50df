select
    run_id,
    try_cast(as_of as date) as as_of,
    practice_code,
    registered_people::bigint as registered_people,
    drop_limit::double as drop_limit,
from {{ source('ledger', 'practice_lists') }}
