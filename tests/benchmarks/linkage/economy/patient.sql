-- known (one sender's records) -> the elements of Patient as the connectors map them, and the lineage.
-- Variables: source, sender. Needs the macros of connectors/fhir. A GP's meta can mark a patient as restricted or
-- as a test; other sources only as restricted.
select
    own_id('Patient', record_id) as id,
    patient_meta(is_restricted, is_test) as meta,
    ethnic_category(ethnic_category) as extension,
    said([
        nhs_number_identifier(nhs_number, nhs_number_status),
        {'system': local_system(source, sender), 'value': record_id}
    ]) as identifier,
    if(source = 'gp', true, null) as active,
    said([
        person_name(name_use, family_name, given_names(given_name, middle_names), title),
        if(former_family_name is null, null, person_name('maiden', former_family_name, said([given_name])))
    ]) as name,
    if(sex = 1, 'male', 'female') as gender,
    strftime(birth_date, '%Y-%m-%d') as "birthDate",
    strftime(death_date, '%Y-%m-%d') as "deceasedDateTime",
    said([
        if(moved_on is null, null, {
            'use': 'old', 'postalCode': former_postcode,
            'period': {'start': strftime(address_since, '%Y-%m-%d'), 'end': strftime(moved_on, '%Y-%m-%d')}}),
        if(postcode is null and not has_dated_address and source <> 'gp', null, {
            'use': 'home', 'postalCode': postcode,
            'period': if(has_dated_address,
                {'start': strftime(coalesce(moved_on, address_since), '%Y-%m-%d'), 'end': null::varchar}, null)})
    ]) as address,
    said([practice_reference(practice_code)]) as "generalPractitioner",
    ods_reference(holder_code) as "managingOrganization",
    record_id as _record_id,
    file_id as _file_id,
    row_number as _row,
    extract_date as _extract_date
from known
