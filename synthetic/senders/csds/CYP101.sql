select
    'R' || e.id as ServiceRequestID, r.local::varchar as LocalPatientID, 'QRV' as OrgID_Commissioner,
    day(e.day) as ReferralRequest_ReceivedDate, clock(e.minute) as ReferralRequest_ReceivedTime, m.source as SourceOfReferral,
    if(m.source = '01', r.practice_before, null) as OrgID_Referring, null as Referring_StaffGroup,
    if(e.id % 9 = 0, '2', '1') as Priority_Type, m.reason as PrimaryReferralReason, known(e.closed) as Discharge_Date,
    known(e.closed + 3) as Discharge_LetterIssuedDate
from active as e
join community_record as r on r.record = e.record
join community_team as m on m.ix = e.team
order by e.id
