with requests as (

    select
        service_requests_key as activity_key,
        person_key,
        source,
        sender,
        activity_type,
        authored_on::timestamp as start_at,
        coalesce(closed_on, authored_on)::timestamp as end_at,
        coalesce(provider_code, sender) as provider_code,
        source_file_id,
        source_row,
    from {{ ref('int_service_requests__unioned') }}
    where activity_type = 'social_care_request' and coalesce(status, '') != 'entered-in-error'

),

services as (

    select
        care_package_key as activity_key,
        person_key,
        source,
        sender,
        'social_care_service' as activity_type,
        start_date::timestamp as start_at,
        end_date::timestamp as end_at,
        provider_code,
        cost_gbp as planned_cost_gbp,
        source_file_id,
        source_row,
    from {{ ref('int_care_packages__costed') }}

)

select * from requests
union all by name
select * from services
