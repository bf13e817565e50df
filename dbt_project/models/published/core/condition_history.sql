with spans as (

    select * from {{ ref('fct_condition_history') }}

)

select
    person_key,
    condition_id,
    condition_name,
    first_recorded_on,
    latest_recorded_on,
    is_current,
    is_long_term,
    sources,
    published_from,
    published_until,
from spans
