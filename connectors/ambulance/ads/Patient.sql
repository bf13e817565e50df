-- One patient a patient of an incident: a dispatch system knows incidents, not people. What the crew could not ask is
-- left out; ``Z`` and ``99`` say no ethnic group.
select
    own_id('Patient', _record_id) as id,
    uk_core_meta('Patient', WithheldIdentityReason is not null) as meta,
    ethnic_category(EthnicCategory) as extension,
    said([
        nhs_number_identifier(NHSNumber, NHSNumberStatusIndicator),
        {'system': 'https://fhir.wsic.example/Id/local-patient-identifier', 'value': _record_id}
    ]) as identifier,
    said([person_name('usual', PersonFamilyName, said([PersonGivenName]))]) as name,
    case Sex when '1' then 'male' when '2' then 'female' else 'unknown' end as gender,
    strftime(DateOfBirth, '%Y-%m-%d') as birthDate,
    if(Postcode is null, null, [{'use': 'home', 'postalCode': Postcode}]) as address,
    said([practice_reference(PracticeCodeOfRegisteredGP)]) as generalPractitioner,
    ods_reference(getvariable('sender')) as managingOrganization,
    _record_id, _file_id, _row, _extract_date
from AmbulanceIncident
