select
    r.local::varchar as LocalPatientID,
    if(g.practice_code is null, 'V81997', g.practice_code) as OrgID_GMPReg,
    day(g.start) as StartDate_GMPReg,
    known(g.stop) as EndDate_GMPReg
from community_record as r
join practice_history as g on g.person = r.person
where r.sender = getvariable('sender') and r.record in (select record from active)
    and has_come(g.start) and g.stop >= getvariable('period_start')
order by r.record, g.start
