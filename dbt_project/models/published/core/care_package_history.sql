with spans as (

    select * from {{ ref('fct_care_package_history') }}

)

select
    care_package_key,
    person_key,
    sender,
    service_type,
    service_component,
    delivery_mechanism,
    start_date,
    end_date,
    weekly_cost_gbp,
    one_off_cost_gbp,
    client_type,
    primary_support_reason,
    event_outcome,
    published_from,
    published_until,
from spans
