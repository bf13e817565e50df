with incidents as (

    select
        *,
        {{ financial_year('start_at') }} as financial_year,
    from {{ ref('int_encounters__unioned') }}
    where activity_type = 'ambulance_incident' and coalesce(status, '') != 'entered-in-error'

),

matched as (

    select * from {{ ref('int_ambulance_incidents__matched') }}

),

paired as (

    select distinct incident_key from {{ ref('int_ambulance_incidents__paired') }}

),

currencies as (

    select * from {{ ref('activity_currencies') }}
    where activity_type = 'ambulance_incident'

),

prices as (

    select * from {{ ref('int_unit_costs__deflated') }}

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

)

select
    incidents.encounters_key as incident_key,
    incidents.person_key,
    incidents.sender,
    coalesce(incidents.provider_code, incidents.sender) as provider_code,
    incidents.start_at as called_at,
    incidents.end_at as closed_at,
    incidents.contact_source,
    incidents.response_category,
    incidents.incident_outcome,
    incidents.incident_location_type as location_type,
    incidents.site_code as destination_site_code,
    incidents.chief_complaint as chief_complaint_code,
    incidents.response_seconds,
    incidents.handover_seconds,
    matched.attendance_key as attendance_activity_key,
    matched.matched_by as attendance_matched_by,
    matched.is_same_person as is_attendance_of_same_person,
    case
        when matched.attendance_key is not null then null
        when coalesce(incidents.incident_outcome, '') not like 'See and convey%' then 'not_conveyed'
        when paired.incident_key is not null then 'attendance_is_another_incidents'
        when incidents.incident_outcome = 'See and convey elsewhere' then 'conveyed_elsewhere'
        else 'no_attendance_found'
    end as attendance_missing_reason,
    prices.unit_cost_gbp as cost_gbp,
    coalesce(prices.cost_source, 'none') as cost_source,
    coalesce(prices.cost_source = 'national_average', false) as cost_is_proxy,
    incidents.source_file_id,
    incidents.source_row,
from incidents
cross join current_run
left join matched on incidents.encounters_key = matched.incident_key
left join paired on incidents.encounters_key = paired.incident_key
left join currencies on incidents.incident_outcome = currencies.category
left join prices
    on
        currencies.currency = prices.currency
        and incidents.financial_year = prices.financial_year
where incidents.start_at::date <= current_run.as_of
