select
    r.rec as RowIdentifier,
    p.code as IDOrganisationVisibleTo,
    0 as RemovedData,
    if(r.sex = 1, 'Mr', 'Ms') as Title,
    if(r.is_test, 'Zzztest', r.given) as FirstName,
    r.middle as MiddleNames,
    if(r.is_test, 'Donotuse', r.surname) as Surname,
    r.former_surname as PreviousSurname,
    number_of(r) as NHSNumber,
    tpp_time(day(r.born)) as DateBirth,
    tpp_time(known(r.death)) as DateDeath,
    null as BirthPlace,
    if(r.sex = 1, 'M', 'F') as Gender,
    'Yes' as SpeaksEnglish,
    if(r.rec % 3 = 0, 'person' || r.rec || '@example.org', null) as EmailAddress,
    r.is_test::integer as TestPatient,
    null as SSRef,
    (status_of(r) = '01')::integer as SpineMatched
from gp_patient as r
join practice as p on p.ix = r.practice
where not r.is_emis and has_come(r.since)
    and (is_new(r.since) or is_new(r.death) or is_new(r.mended_on))
order by r.rec
