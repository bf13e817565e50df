select
    r.local::varchar as LocalPatientID, t.code as OrgIDLocalPatientID, 'QRV' as OrgIDResidenceResp, number_of(r) as NHSNumber,
    status_of(r) as NHSNumberStatus, r.given as GivenName, r.surname as FamilyName, day(r.born) as PersonBirthDate,
    postcode_of(r) as Postcode, r.sex::varchar as GenderIDCode, r.sex::varchar as Gender,
    if(r.ethnic_draw < 0.4, 'S', 'M') as MaritalStatus, if(r.ethnic_draw < 0.05, 'Z', r.ethnic_category) as EthnicCategory,
    'en' as LanguageCodePreferred, known(r.death) as PersDeathDate
from mental_record as r
join mental_trust as t on t.ix = r.sender
where r.sender = getvariable('sender') and r.record in (select record from active)
order by r.record
