select
    run_id,
    product,
    nullif(request_id, '') as request_id,
    asked_on,
    numbers_asked::bigint as numbers_asked,
    reply_on,
    reply_lapses_on,
    numbers_allowed::bigint as numbers_allowed,
    nullif(reply_sha256, '') as reply_sha256,
    restricted_codes::bigint as restricted_codes,
    people_in::bigint as people_in,
    people_out::bigint as people_out,
from {{ source('ledger', 'objection_checks') }}
