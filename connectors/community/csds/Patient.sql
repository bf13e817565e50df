-- One patient per LocalPatientID of the provider; the practice is that of the open registration that
-- started last, CYP002 filling what CYP001 does not say.
with practices as (
    select LocalPatientID,
        arg_max(OrgID_GMPReg, (coalesce(StartDate_GMPReg, date '1850-01-01'), _extract_date, _row)) as practice
    from CYP002
    where EndDate_GMPReg is null or EndDate_GMPReg > _extract_date
    group by LocalPatientID
)

select
    own_id('Patient', p._record_id) as id,
    uk_core_meta('Patient') as meta,
    ethnic_category(p.EthnicCategory) as extension,
    said([nhs_number_identifier(p.NHSNumber, p.NHSNumber_Status),
          {'system': 'https://fhir.wsic.example/Id/local-patient-identifier', 'value': p.LocalPatientID}]) as identifier,
    said([person_name('usual', p.FamilyName, said([p.GivenName]))]) as name,
    gender_of(p.Gender) as gender,
    strftime(p.DateOfBirth, '%Y-%m-%d') as birthDate,
    strftime(p.DateOfDeath, '%Y-%m-%d') as deceasedDateTime,
    if(p.Postcode is null, null, [{'use': 'home', 'postalCode': p.Postcode}]) as address,
    said([practice_reference(practices.practice)]) as generalPractitioner,
    ods_reference(getvariable('sender')) as managingOrganization,
    p._record_id, p._file_id, p._row, p._extract_date
from CYP001 as p
left join practices using (LocalPatientID)
