with referrals as (

    select * from {{ ref('fct_referral') }}

)

select
    referral_key,
    person_key,
    source,
    sender,
    setting,
    status,
    referred_on,
    closed_on,
    is_rejected,
    priority_code,
    referral_source,
    referral_reason,
    requester_code,
    provider_code,
    team_type,
    closure_reason,
    source_file_id,
from referrals
