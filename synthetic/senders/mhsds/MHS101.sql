select
    'MR' || e.id as ServiceRequestID, r.local::varchar as LocalPatientID, 'QRV' as OrgIDComm, day(e.day) as ReferralRequestReceivedDate,
    clock(e.minute) as ReferralRequestReceivedTime, m.source as SourceOfReferralMH, null as ReferringCareProfessionalType,
    if(m.team = 'A02', '1', '3') as ClinRespPriorityType, m.reason as PrimReasonReferralMH, known(e.closed) as ServDischDate,
    null as ReferRejectionDate, null as ReferRejectReason, if(has_come(e.closed), '02', null) as ReferClosReason
from active as e
join mental_record as r on r.record = e.record
join mental_team as m on m.ix = e.team
order by e.id
