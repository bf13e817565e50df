select
    guid('emis slot', e.id) as SlotGuid,
    day(e.day) as AppointmentDate,
    clock(e.minute) as AppointmentStartTime,
    10 as PlannedDurationInMinutes,
    guid('emis patient', e.rec) as PatientGuid,
    if(has_come(e.day) and not e.is_missed, clock(e.minute + e.id % 9), null) as SendInTime,
    if(has_come(e.day) and not e.is_missed, clock(e.minute + 9 + e.id % 14), null) as LeftTime,
    has_come(e.day) and e.is_missed as DidNotAttend,
    if(has_come(e.day) and not e.is_missed, e.id % 9, null) as PatientWaitInMin,
    null as AppointmentDelayInMin,
    if(has_come(e.day) and not e.is_missed, 9 + e.id % 6, null) as ActualDurationInMinutes,
    p.guid as OrganisationGuid,
    guid('emis session', e.practice * 1000000 + e.day * 2 + (e.minute >= 780)::integer) as SessionGuid,
    null as DnaReasonCodeId,
    false as Deleted,
    e.id as ProcessingId
from gp_consultation as e
join practice as p on p.ix = e.practice
where e.is_emis and e.has_slot and has_come(e.booked_visible)
    and (is_new(e.booked_visible) or is_new(e.day))
order by e.id
