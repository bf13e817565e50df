with service_requests as (

    select * from {{ ref('int_service_requests__unioned') }}
    where coalesce(activity_type, '') != 'social_care_request' and coalesce(status, '') != 'entered-in-error'

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

)

select
    service_requests.service_requests_key as referral_key,
    service_requests.person_key,
    service_requests.source,
    service_requests.sender,
    if(service_requests.source = 'gp', 'primary_care', service_requests.source) as setting,
    service_requests.status,
    service_requests.authored_on as referred_on,
    service_requests.closed_on,
    service_requests.is_rejected,
    service_requests.priority_code,
    service_requests.referral_source,
    service_requests.referral_reason,
    service_requests.requester_code,
    coalesce(service_requests.provider_code, service_requests.sender) as provider_code,
    service_requests.team_type,
    service_requests.closure_reason,
    service_requests.source_file_id,
    service_requests.source_row,
from service_requests
cross join current_run
where coalesce(service_requests.authored_on, current_run.as_of) <= current_run.as_of
