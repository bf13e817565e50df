select
    guid('emis patient', r.rec) as PatientGuid,
    p.guid as OrganisationGuid,
    guid('emis user', r.practice * 10) as UsualGpUserInRoleGuid,
    if(r.sex = 1, 'M', 'F') as Sex,
    day(r.born) as DateOfBirth,
    if(has_come(r.death), day(r.death), null) as DateOfDeath,
    if(r.sex = 1, 'Mr', 'Ms') as Title,
    if(r.is_test, 'Zzztest', r.given) as GivenName,
    r.middle as MiddleNames,
    if(r.is_test, 'Donotuse', r.surname) as Surname,
    day(r.start) as DateOfRegistration,
    number_of(r) as NhsNumber,
    100000 + r.rec as PatientNumber,
    r.kind as PatientTypeDescription,
    r.is_test as DummyType,
    null as HouseNameFlatNumber,
    (1 + r.rec % 180) || ' ' || pick(['Station Road', 'High Street', 'Park Avenue', 'Church Lane', 'Victoria Road', 'Elm Grove'], (r.household % 97) / 97) as NumberAndStreet,
    null as Village,
    'London' as Town,
    null as County,
    postcode_of(r) as Postcode,
    if(r.in_care_home, 'CH' || r.household, null) as ResidentialInstituteCode,
    status_of(r) as NHSNumberStatus,
    null as CarerName,
    null as CarerRelation,
    guid('emis person', r.rec) as PersonGuid,
    known(r.stop) as DateOfDeactivation,
    false as Deleted,
    r.is_sensitive as SpineSensitive,
    r.is_confidential as IsConfidential,
    if(r.rec % 3 = 0, 'person' || r.rec || '@example.org', null) as EmailAddress,
    if(r.rec % 4 = 0, '020 7946 0' || lpad((r.rec % 1000)::varchar, 3, '0'), null) as HomePhone,
    if(r.rec % 2 = 0, '07700 900' || lpad((r.rec % 1000)::varchar, 3, '0'), null) as MobilePhone,
    null as ExternalUsualGPGuid,
    null as ExternalUsusalGP,
    null as ExternalUsusalGPOrganisation,
    r.rec as ProcessingId
from gp_patient as r
join practice as p on p.ix = r.practice
where r.is_emis
    and has_come(r.start)
    and (is_new(r.start) or is_new(r.stop) or is_new(r.death) or is_new(r.mended_on)
        or (is_new(r.address_until) and r.address_until < r.stop))
order by r.rec
