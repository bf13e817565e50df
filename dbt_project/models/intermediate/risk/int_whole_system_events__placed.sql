{{ config(enabled=var('risk_whole_system')) }}
with requests as (

    select person_key, authored_on from {{ ref('stg_social_care__service_requests') }}
    where activity_type = 'social_care_request' and coalesce(status, '') != 'entered-in-error'

),

assessments as (

    select person_key, start_at from {{ ref('stg_social_care__encounters') }}
    where
        activity_type in ('social_care_assessment', 'social_care_review')
        and coalesce(status, '') != 'entered-in-error'

),

services as (

    select person_key, start_on from {{ ref('stg_social_care__episodes_of_care') }}
    where
        episode_type = 'social_care_service'
        and coalesce(status, '') != 'entered-in-error'
        and coalesce(service_type, '') not like 'Carer Support%'

),

community as (

    select person_key, start_at from {{ ref('stg_community__encounters') }}
    where
        activity_type = 'community_contact'
        and coalesce(status, '') != 'entered-in-error'
        and {{ is_attended('attended_code', 'status') }}

),

mental_health as (

    select * from {{ ref('stg_mental_health__encounters') }}
    where coalesce(status, '') != 'entered-in-error'

)

select
    person_key,
    authored_on as happened_on,
    'social_care_contact' as event,
from requests
union all
select
    person_key,
    start_at::date as happened_on,
    'social_care_contact' as event,
from assessments
union all
select
    person_key,
    start_on as happened_on,
    'care_start' as event,
from services
union all
select
    person_key,
    start_at::date as happened_on,
    'community_contact' as event,
from community
union all
select
    person_key,
    start_at::date as happened_on,
    'mental_health_contact' as event,
from mental_health
where activity_type = 'mental_health_contact' and {{ is_attended('attended_code', 'status') }}
union all
select
    person_key,
    start_at::date as happened_on,
    'mental_health_admission' as event,
from mental_health
where activity_type = 'mental_health_spell'
