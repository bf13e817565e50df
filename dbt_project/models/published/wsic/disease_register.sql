with registers as (

    select * from {{ ref('fct_disease_register') }}

)

select
    person_key,
    as_of,
    register_id,
    register_name,
    is_on_register,
    reason,
    is_in_remission,
    first_recorded_on,
    latest_recorded_on,
    sources,
from registers
