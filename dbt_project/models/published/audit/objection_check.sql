with checks as (

    select * from {{ ref('fct_objection_check') }}

)

select
    run_id,
    product,
    request_id,
    asked_on,
    numbers_asked,
    reply_on,
    reply_lapses_on,
    numbers_allowed,
    reply_sha256,
    restricted_codes,
    people_in,
    people_out,
from checks
