with registrations as (

    select * from {{ ref('fct_registration') }}

)

select
    registration_key,
    person_key,
    practice_code,
    start_on as start_date,
    end_on as end_date,
    sender,
    source_file_id,
from registrations
