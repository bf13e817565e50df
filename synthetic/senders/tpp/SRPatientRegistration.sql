select
    r.rec * 4 + r.reg_order as RowIdentifier,
    p.code as IDOrganisationVisibleTo,
    0 as RemovedData,
    tpp_time(day(r.start), 600) as DateEventRecorded,
    null as IDProfileEnteredBy,
    tpp_time(day(r.start)) as DateRegistration,
    tpp_time(known(r.stop)) as DateDeRegistration,
    if(r.kind = 'Regular', 'GMS', 'Temporary') as RegistrationStatus,
    null as PreferredPharmacy,
    r.rec as IDPatient,
    p.code as IDOrganisation,
    p.code as IDOrganisationRegisteredAt
from gp_registration as r
join practice as p on p.ix = r.practice
where not r.is_emis and has_come(r.start) and (is_new(r.start) or is_new(r.stop))
order by r.rec, r.reg_order
