select
    r.local::varchar as LocalPatientID, t.code as OrgID_LocalPatientID, 'QRV' as OrgID_ResidenceResp,
    number_of(r) as NHSNumber, status_of(r) as NHSNumber_Status, r.given as GivenName, r.surname as FamilyName,
    day(r.born) as DateOfBirth, postcode_of(r) as Postcode, r.sex::varchar as Gender,
    if(r.ethnic_draw < 0.05, 'Z', r.ethnic_category) as EthnicCategory, 'en' as LanguagePreferred, known(r.death) as DateOfDeath
from community_record as r
join community_trust as t on t.ix = r.sender
where r.sender = getvariable('sender') and r.record in (select record from active)
order by r.record
