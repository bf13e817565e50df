select
    'R' || e.id as ServiceRequestID, 'T' || m.team as TeamID_Local, m.team as TeamType, known(e.closed) as Referral_ClosureDate,
    null as Referral_RejectionDate, if(has_come(e.closed), '01', null) as Referral_ClosureReason, null as Referral_RejectionReason
from active as e
join community_team as m on m.ix = e.team
order by e.id
