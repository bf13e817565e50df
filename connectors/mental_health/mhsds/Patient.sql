-- One patient per LocalPatientID of the provider; the practice is that of the open registration that
-- started last. Gender as stated; where that is not said, the identity code (3 and 4 are other).
with practices as (
    select LocalPatientID,
        arg_max(GMPReg, (coalesce(StartDateGMPRegistration, date '1850-01-01'), _extract_date, _row)) as practice
    from MHS002
    where EndDateGMPRegistration is null or EndDateGMPRegistration > _extract_date
    group by LocalPatientID
)

select
    own_id('Patient', p._record_id) as id,
    uk_core_meta('Patient') as meta,
    ethnic_category(p.EthnicCategory) as extension,
    said([nhs_number_identifier(p.NHSNumber, p.NHSNumberStatus),
          {'system': 'https://fhir.wsic.example/Id/local-patient-identifier', 'value': p.LocalPatientID}]) as identifier,
    said([person_name('usual', p.FamilyName, said([p.GivenName]))]) as name,
    coalesce(gender_of(p.Gender),
             case when p.GenderIDCode in ('3', '4') then 'other' else gender_of(p.GenderIDCode) end) as gender,
    strftime(p.PersonBirthDate, '%Y-%m-%d') as birthDate,
    strftime(p.PersDeathDate, '%Y-%m-%d') as deceasedDateTime,
    if(p.Postcode is null, null, [{'use': 'home', 'postalCode': p.Postcode}]) as address,
    said([practice_reference(practices.practice)]) as generalPractitioner,
    ods_reference(getvariable('sender')) as managingOrganization,
    p._record_id, p._file_id, p._row, p._extract_date
from MHS001 as p
left join practices using (LocalPatientID)
