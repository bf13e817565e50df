-- One service request per referral, closed at discharge from the service, at its rejection, or on the day on
-- which the last of its teams closed or rejected it.
with teams as (
    select ServiceRequestID,
        arg_min(ServTeamTypeRefToMH, (_extract_date, _row)) as team_type,
        if(count(*) = count(coalesce(ReferClosureDate, ReferRejectionDate)),
           max(coalesce(ReferClosureDate, ReferRejectionDate)), null) as closed_on,
        bool_and(ReferRejectionDate is not null) as is_rejected
    from MHS102
    group by ServiceRequestID
),

referrals as (
    select r.*, teams.team_type,
        r.ReferRejectionDate is not null or coalesce(teams.is_rejected, false) as is_rejected,
        coalesce(r.ServDischDate, r.ReferRejectionDate, teams.closed_on) as closed_on
    from MHS101 as r
    left join teams using (ServiceRequestID)
)

select
    own_id('ServiceRequest', ServiceRequestID) as id,
    uk_core_meta('ServiceRequest') as meta,
    said([
        wsic_code('PriorityType', ClinRespPriorityType),
        wsic_code('SourceOfReferral', SourceOfReferralMH),
        wsic_code('TeamType', team_type),
        wsic_code('ClosureReason', coalesce(ReferClosReason, ReferRejectReason)),
        wsic_boolean('Rejected', is_rejected)
    ]) as extension,
    case when is_rejected then 'revoked' when closed_on is not null then 'completed' else 'active' end as status,
    'order' as intent,
    -- CLINICAL RESPONSE PRIORITY TYPE 1 emergency, 2 urgent, 3 routine, 4 very urgent.
    case ClinRespPriorityType when '1' then 'stat' when '2' then 'urgent' when '3' then 'routine' when '4' then 'asap' end
        as priority,
    own_reference('Patient', _record_id) as subject,
    london(ReferralRequestReceivedDate, ReferralRequestReceivedTime) as authoredOn,
    {'start': london(ReferralRequestReceivedDate), 'end': london(closed_on)} as occurrencePeriod,
    [ods_reference(getvariable('sender'))] as performer,
    said([local_concept('referral-reason', PrimReasonReferralMH)]) as reasonCode,
    _record_id, _file_id, _row, _extract_date
from referrals
