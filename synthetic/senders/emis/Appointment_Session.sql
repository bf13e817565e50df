select
    guid('emis session', p.ix * 1000000 + s.day * 2 + s.half) as AppointmentSessionGuid,
    if(s.half = 0, 'Morning surgery', 'Afternoon surgery') as Description,
    guid('emis location', p.ix) as LocationGuid,
    'Timed' as SessionTypeDescription,
    'General Consultation Appointment' as SessionCategoryDisplayName,
    day(s.day) as StartDate,
    if(s.half = 0, '08:00:00', '13:00:00') as StartTime,
    day(s.day) as EndDate,
    if(s.half = 0, '13:00:00', '18:30:00') as EndTime,
    false as Private,
    p.guid as OrganisationGuid,
    false as Deleted,
    p.ix * 1000000 + s.day * 2 + s.half as ProcessingId
from practice as p
cross join (
    select d.day, h.half
    from (select unnest(range(getvariable('history_start'), getvariable('horizon') + 1)) as day) as d
    cross join (select unnest([0, 1]) as half) as h
    where (d.day + 3) % 7 < 5
) as s
where p.is_emis and is_new(s.day - 80)
order by p.ix, s.day, s.half
