-- One patient per record id of the trust, over all three data sets. Each element is of the latest row
-- that has it: SUS sends names only where the NHS number is not verified, and blanks what is withheld.
-- A patient is restricted where every row of theirs is; otherwise only the withheld rows are.
with rows as (
    select _record_id, _file_id, _row, _extract_date, StartDateConsultantEpisode as happened_on, 'APC' as dataset,
        LocalPatientIdentifier, NHSNumber, NHSNumberStatusIndicator, WithheldIdentityReason, PersonGivenName,
        PersonFamilyName, DateOfBirth, Sex, EthnicCategory, Postcode, PracticeCodeOfRegisteredGP,
        DischargeMethodHospitalProviderSpell as discharge_method, DischargeDateFromHospitalProviderSpell as discharged_on
    from APC
    union all by name
    select _record_id, _file_id, _row, _extract_date, AppointmentDate as happened_on, 'OP' as dataset,
        LocalPatientIdentifier, NHSNumber, NHSNumberStatusIndicator, WithheldIdentityReason, PersonGivenName,
        PersonFamilyName, DateOfBirth, Sex, EthnicCategory, Postcode, PracticeCodeOfRegisteredGP
    from OP
    union all by name
    select _record_id, _file_id, _row, _extract_date, Arrival_Date as happened_on, 'ECDS' as dataset,
        LocalPatientIdentifier, NHSNumber, NHSNumberStatusIndicator, WithheldIdentityReason, PersonGivenName,
        PersonFamilyName, DateOfBirth, Sex, EthnicCategory, Postcode, PracticeCodeOfRegisteredGP
    from ECDS
),

ordered as (
    select *, (WithheldIdentityReason is null, _extract_date, coalesce(happened_on, date '1850-01-01'),
               dataset, _file_id, _row) as latest
    from rows
),

patients as (
    select _record_id,
        arg_max(_file_id, latest) as _file_id,
        arg_max(_row, latest) as _row,
        max(_extract_date) as _extract_date,
        max(LocalPatientIdentifier) as local_id,
        arg_max(nhs_number_identifier(NHSNumber, NHSNumberStatusIndicator), latest) as nhs_number,
        arg_max(if(PersonFamilyName is null and PersonGivenName is null, null,
                   {'use': 'usual', 'family': PersonFamilyName, 'given': [PersonGivenName]}), latest) as name,
        arg_max(DateOfBirth, latest) as born_on,
        arg_max(Sex, latest) as sex,
        arg_max(if(EthnicCategory in ('Z', '99'), null, EthnicCategory), latest) as known_ethnicity,
        arg_max(EthnicCategory, latest) as stated_ethnicity,
        arg_max(Postcode, latest) as postcode,
        arg_max(PracticeCodeOfRegisteredGP, latest) as practice,
        max(discharged_on) filter (where discharge_method = '4') as died_on,
        bool_and(WithheldIdentityReason is not null) as is_withheld
    from ordered
    group by _record_id
)

select
    own_id('Patient', _record_id) as id,
    uk_core_meta('Patient', is_withheld) as meta,
    ethnic_category(coalesce(known_ethnicity, stated_ethnicity)) as extension,
    said([nhs_number, if(local_id is null, null,
          {'system': 'https://fhir.wsic.example/Id/local-patient-identifier', 'value': local_id})]) as identifier,
    if(name is null, null, [name]) as name,
    -- PERSON GENDER CODE CURRENT: 9 is not specified, so unknown.
    case sex when '1' then 'male' when '2' then 'female' else 'unknown' end as gender,
    strftime(born_on, '%Y-%m-%d') as birthDate,
    strftime(died_on, '%Y-%m-%d') as deceasedDateTime,
    if(postcode is null, null, [{'use': 'home', 'postalCode': postcode}]) as address,
    said([practice_reference(practice)]) as generalPractitioner,
    ods_reference(getvariable('sender')) as managingOrganization,
    _record_id, _file_id, _row, _extract_date
from patients
