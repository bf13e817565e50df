-- The spell of care that a referral opens: from receipt to discharge from the service, or to the day on
-- which the last team closed it. A rejected referral opens none, but its spell is kept as cancelled.
with teams as (
    select ServiceRequestID,
        if(count(*) = count(coalesce(Referral_ClosureDate, Referral_RejectionDate)),
           max(coalesce(Referral_ClosureDate, Referral_RejectionDate)), null) as closed_on,
        bool_and(Referral_RejectionDate is not null) as is_rejected
    from CYP102
    group by ServiceRequestID
)

select
    own_id('EpisodeOfCare', r.ServiceRequestID) as id,
    uk_core_meta('EpisodeOfCare') as meta,
    case
        when teams.is_rejected then 'cancelled'
        when coalesce(r.Discharge_Date, teams.closed_on) is not null then 'finished'
        else 'active'
    end as status,
    [local_concept('episode-type', 'referral_spell')] as type,
    own_reference('Patient', r._record_id) as patient,
    ods_reference(getvariable('sender')) as managingOrganization,
    {'start': london(r.ReferralRequest_ReceivedDate), 'end': london(coalesce(r.Discharge_Date, teams.closed_on))} as period,
    [own_reference('ServiceRequest', r.ServiceRequestID)] as referralRequest,
    r._record_id, r._file_id, r._row, r._extract_date
from CYP101 as r
left join teams using (ServiceRequestID)
