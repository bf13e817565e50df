with medication_requests as (

    select * from {{ ref('int_medication_requests__unioned') }}
    where code is not null and coalesce(status, '') != 'entered-in-error'

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

)

select
    medication_requests.medication_requests_key as medication_key,
    medication_requests.based_on_key as authorisation_key,
    medication_requests.person_key,
    medication_requests.source,
    medication_requests.intent,
    medication_requests.status,
    medication_requests.code_system,
    medication_requests.code,
    medication_requests.authored_on as effective_on,
    medication_requests.ended_on,
    medication_requests.course_of_therapy,
    medication_requests.quantity as value,
    medication_requests.quantity_unit as unit,
    medication_requests.duration_days,
    medication_requests.nhs_cost_gbp,
    medication_requests.source_file_id,
    medication_requests.source_row,
from medication_requests
cross join current_run
where coalesce(medication_requests.authored_on, current_run.as_of) <= current_run.as_of
