with spans as (

    select * from {{ ref('fct_registration_history') }}

)

select
    registration_key,
    person_key,
    practice_code,
    start_date,
    end_date,
    sender,
    published_from,
    published_until,
from spans
