select
    e.id as RowIdentifier,
    p.code as IDOrganisationVisibleTo,
    0 as RemovedData,
    tpp_time(day(e.day), e.minute) as DateStart,
    tpp_time(day(e.day), e.minute + 10) as DateEnd,
    case when not has_come(e.day) then 'Booked' when e.is_missed then 'Did Not Attend' else 'Finished' end as AppointmentStatus,
    tpp_time(day(e.booked), 600) as DateAppointmentBooked,
    if(has_come(e.day) and not e.is_missed, tpp_time(day(e.day), e.minute - 4), null) as DatePatientArrival,
    if(has_come(e.day) and not e.is_missed, tpp_time(day(e.day), e.minute + e.id % 9), null) as DatePatientSeen,
    0 as FollowUpAppointment,
    (e.contact = 1)::integer as TelephoneAppointment,
    (e.practice * 10 + e.clinician)::varchar as IDClinician,
    if(e.minute < 780, 'Morning surgery', 'Afternoon surgery') as RotaName,
    'GP' as RotaType,
    'Main site' as RotaLocation,
    null as DateAppointmentCancelled,
    (e.practice * 1000000 + e.day * 2 + (e.minute >= 780)::integer) as IDRota,
    e.rec as IDPatient,
    p.code as IDOrganisation
from gp_consultation as e
join practice as p on p.ix = e.practice
where not e.is_emis and e.has_slot and has_come(e.booked_visible) and (is_new(e.booked_visible) or is_new(e.day))
order by e.id
