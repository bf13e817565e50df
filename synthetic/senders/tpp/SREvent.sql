select
    e.id as RowIdentifier,
    p.code as IDOrganisationVisibleTo,
    has_come(e.deleted_on)::integer as RemovedData,
    tpp_time(day(e.day), e.minute + 12) as DateEventRecorded,
    tpp_time(day(e.day), e.minute) as DateEvent,
    (e.practice * 10 + e.clinician)::varchar as IDDoneBy,
    (e.practice * 10)::varchar as IDAuthorisedBy,
    if(c.ix = 3, 'Patient''s home', 'Surgery') as ContactEventLocation,
    ['Face to face', 'Telephone', 'Online', 'Home visit'][c.ix + 1] as ContactMethod,
    0 as EventIncomplete,
    1 as ClinicalEvent,
    null as IDReferralIn,
    e.rec as IDPatient,
    p.code as IDOrganisation,
    null as IDTeam,
    null as IDBranch
from gp_consultation as e
join practice as p on p.ix = e.practice
join contact as c on c.ix = e.contact
where not e.is_emis and not e.is_missed and has_come(e.day) and (is_new(e.visible) or is_new(e.deleted_on))
order by e.id
