-- The spell of care that a referral opens: from receipt to discharge from the service, or to the day on
-- which the last team closed it. A rejected referral opens none, but its spell is kept as cancelled.
with teams as (
    select ServiceRequestID,
        if(count(*) = count(coalesce(ReferClosureDate, ReferRejectionDate)),
           max(coalesce(ReferClosureDate, ReferRejectionDate)), null) as closed_on,
        bool_and(ReferRejectionDate is not null) as is_rejected
    from MHS102
    group by ServiceRequestID
),

referrals as (
    select r.*, r.ReferRejectionDate is not null or coalesce(teams.is_rejected, false) as is_rejected,
        coalesce(r.ServDischDate, r.ReferRejectionDate, teams.closed_on) as closed_on
    from MHS101 as r
    left join teams using (ServiceRequestID)
)

select
    own_id('EpisodeOfCare', ServiceRequestID) as id,
    uk_core_meta('EpisodeOfCare') as meta,
    case when is_rejected then 'cancelled' when closed_on is not null then 'finished' else 'active' end as status,
    [local_concept('episode-type', 'referral_spell')] as type,
    own_reference('Patient', _record_id) as patient,
    ods_reference(getvariable('sender')) as managingOrganization,
    {'start': london(ReferralRequestReceivedDate), 'end': london(closed_on)} as period,
    [own_reference('ServiceRequest', ServiceRequestID)] as referralRequest,
    _record_id, _file_id, _row, _extract_date
from referrals
