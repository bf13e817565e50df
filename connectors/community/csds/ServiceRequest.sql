-- One service request per referral. A referral may go to several teams: it is closed when the last team
-- has closed it or the service discharged the person, rejected when every team rejected it.
with teams as (
    select ServiceRequestID,
        arg_min(TeamType, (_extract_date, _row)) as team_type,
        if(count(*) = count(coalesce(Referral_ClosureDate, Referral_RejectionDate)),
           max(coalesce(Referral_ClosureDate, Referral_RejectionDate)), null) as closed_on,
        bool_and(Referral_RejectionDate is not null) as is_rejected,
        arg_max(coalesce(Referral_ClosureReason, Referral_RejectionReason),
                coalesce(Referral_ClosureDate, Referral_RejectionDate)) as closure_reason
    from CYP102
    group by ServiceRequestID
),

referrals as (
    select r.*, teams.team_type, teams.closure_reason, coalesce(teams.is_rejected, false) as is_rejected,
        coalesce(r.Discharge_Date, teams.closed_on) as closed_on
    from CYP101 as r
    left join teams using (ServiceRequestID)
)

select
    own_id('ServiceRequest', ServiceRequestID) as id,
    uk_core_meta('ServiceRequest') as meta,
    said([
        wsic_code('PriorityType', Priority_Type),
        wsic_code('SourceOfReferral', SourceOfReferral),
        wsic_code('TeamType', team_type),
        wsic_code('ClosureReason', closure_reason),
        wsic_boolean('Rejected', is_rejected)
    ]) as extension,
    case when is_rejected then 'revoked' when closed_on is not null then 'completed' else 'active' end as status,
    'order' as intent,
    -- PRIORITY TYPE 1 routine, 2 urgent, 3 two week wait.
    case Priority_Type when '1' then 'routine' when '2' then 'urgent' when '3' then 'urgent' end as priority,
    own_reference('Patient', _record_id) as subject,
    london(ReferralRequest_ReceivedDate, ReferralRequest_ReceivedTime) as authoredOn,
    {'start': london(ReferralRequest_ReceivedDate), 'end': london(closed_on)} as occurrencePeriod,
    ods_reference(OrgID_Referring) as requester,
    [ods_reference(getvariable('sender'))] as performer,
    said([local_concept('referral-reason', PrimaryReferralReason)]) as reasonCode,
    _record_id, _file_id, _row, _extract_date
from referrals
