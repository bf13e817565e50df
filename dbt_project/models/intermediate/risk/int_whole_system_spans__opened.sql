{{ config(enabled=var('risk_whole_system')) }}
with services as (

    select * from {{ ref('stg_social_care__episodes_of_care') }}
    where episode_type = 'social_care_service' and coalesce(status, '') != 'entered-in-error'

),

-- A referral that was turned down was open until then, and nobody knew better.
referrals as (

    select * from {{ ref('stg_mental_health__episodes_of_care') }}
    where
        episode_type = 'referral_spell'
        and coalesce(status, '') != 'entered-in-error'
        and (coalesce(status, '') != 'cancelled' or end_on is not null)

),

stays as (

    select * from {{ ref('stg_mental_health__encounters') }}
    where activity_type = 'mental_health_spell' and coalesce(status, '') != 'entered-in-error'

),

spans as (

    select
        person_key,
        start_on,
        end_on,
        case
            when service_component = 'Telecare' then 'telecare'
            when service_type = 'Long Term Support: Community' then 'home_care'
            when service_type in ('Long Term Support: Nursing Care', 'Long Term Support: Residential Care')
                then 'care_home'
            when service_type = 'Short Term Support: ST-Max' then 'reablement'
        end as state,
    from services
    union all
    select
        person_key,
        start_on,
        end_on,
        'mental_health_referral' as state,
    from referrals
    union all
    select
        person_key,
        start_at::date as start_on,
        end_at::date as end_on,
        'mental_health_stay' as state,
    from stays

)

select
    person_key,
    state,
    start_on,
    coalesce(end_on, date '9999-12-31') as end_on,
from spans
where state is not null and start_on is not null
