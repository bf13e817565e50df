with spans as (

    select * from {{ ref('fct_practice_history') }}

)

select
    person_key,
    practice_code,
    pcn_code,
    published_from,
    published_until,
from spans
