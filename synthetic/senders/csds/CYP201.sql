select
    'C' || e.id as CareContactID, 'R' || e.referral as ServiceRequestID, 'T' || m.team as TeamID_Local,
    day(e.day) as Contact_Date, clock(e.minute) as Contact_Time, 'QRV' as OrgID_Commissioner, '01' as AdminCategory,
    if(e.refreshed and getvariable('is_refresh'), e.minutes + 5, e.minutes) as CareContact_Duration,
    if(e.number = 0, '01', '02') as Consultation_Type, '01' as CareContact_Subject, e.mechanism as ConsMechanism,
    e.place as Activity_LocationType, t.code || '01' as Treatment_OrgSiteID, 'N' as GroupTherapyIndicator,
    e.status as AttendanceStatus, null as ReasonableOffer_Date,
    if(e.status in ('2', '4'), day(e.day - 1), null) as Contact_CancellationDate,
    if(e.status in ('2', '4'), '01', null) as Contact_CancellationReason
from community_contact as e
join community_team as m on m.ix = e.team
join community_trust as t on t.ix = e.trust
where e.trust = getvariable('sender') and e.day between getvariable('period_start') and getvariable('period_end')
order by e.id
