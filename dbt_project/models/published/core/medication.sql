with medications as (

    select * from {{ ref('fct_medication') }}

)

select
    medication_key,
    authorisation_key,
    person_key,
    source,
    intent,
    status,
    code_system,
    code,
    effective_on,
    ended_on,
    course_of_therapy,
    value,
    unit,
    duration_days,
    nhs_cost_gbp,
    source_file_id,
from medications
