select
    'MC' || e.id as CareContactID, 'MR' || e.referral as ServiceRequestID, 'MT' || m.team as CareProfTeamLocalID,
    day(e.day) as CareContDate, clock(e.minute) as CareContTime, 'QRV' as OrgIDComm, '01' as AdminCatCode,
    if(e.refreshed and getvariable('is_refresh'), e.minutes + 5, e.minutes) as ClinContDurOfCareCont,
    if(e.number = 0, '01', '02') as ConsType, '01' as CareContSubj, e.mechanism as ConsMechanismMH, e.place as ActLocTypeCode,
    e.status as AttendStatus
from mental_contact as e
join mental_team as m on m.ix = e.team
where e.trust = getvariable('sender') and e.day between getvariable('period_start') and getvariable('period_end')
order by e.id
