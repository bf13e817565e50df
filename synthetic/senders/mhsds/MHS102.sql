select
    'MR' || e.id as ServiceRequestID, 'MT' || m.team as CareProfTeamLocalID, m.team as ServTeamTypeRefToMH,
    known(e.closed) as ReferClosureDate, null as ReferRejectionDate
from active as e
join mental_team as m on m.ix = e.team
order by e.id
