-- Building blocks that mappings (native -> FHIR) and the register's projections (FHIR -> flat) share.
-- Reading ------------------------------------------------------------------------------------
create or replace temp macro ukcore(extensions, name) as
    list_filter(extensions, lambda x: x.url = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-' || name)[1];
create or replace temp macro wsic(extensions, name) as
    list_filter(extensions, lambda x: x.url = 'https://fhir.wsic.example/StructureDefinition/Extension-WSIC-' || name)[1];
create or replace temp macro system_word(uri) as case
    when uri = 'http://snomed.info/sct' then 'snomed'
    when uri in ('http://hl7.org/fhir/sid/icd-10-uk', 'http://hl7.org/fhir/sid/icd-10') then 'icd10'
    when uri in ('https://fhir.hl7.org.uk/CodeSystem/OPCS-4', 'http://fhir.hl7.org.uk/CodeSystem/OPCS-4', 'https://fhir.hl7.org.uk/Id/opcs-4') then 'opcs4'
    when uri = 'https://dmd.nhs.uk' then 'dmd'
end;
create or replace temp macro clinical_coding(concept) as
    list_filter(concept.coding, lambda x: system_word(x.system) is not null and x.code is not null)[1];
create or replace temp macro first_code(concept) as concept.coding[1].code;
create or replace temp macro local_code(concept, name) as
    list_filter(concept.coding, lambda x: x.system = 'https://fhir.wsic.example/CodeSystem/' || name)[1].code;
create or replace temp macro concepts_local_code(concepts, name) as
    list_filter(flatten(list_transform(concepts, lambda c: c.coding)), lambda x: x.system = 'https://fhir.wsic.example/CodeSystem/' || name)[1].code;
create or replace temp macro identifier_value(identifiers, uri) as
    list_filter(identifiers, lambda x: x.system = uri)[1].value;
-- 'Type/id' of a literal reference, relative or absolute; null for a logical one.
create or replace temp macro reference_key(reference) as
    nullif(regexp_extract(reference.reference, '([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})(/_history/[^/]+)?$', 1), '');
create or replace temp macro reference_id(reference) as
    nullif(split_part(reference_key(reference), '/', 2), '');
create or replace temp macro ods_of(reference) as case
    when reference.identifier.system in ('https://fhir.nhs.uk/Id/ods-organization-code', 'https://fhir.nhs.uk/Id/ods-site-code')
        then reference.identifier.value
end;
-- FHIR dates may be partial; a partial date is read as its first day, and its precision beside it.
create or replace temp macro fhir_date(value) as try_cast(
    case length(value) when 4 then value || '-01-01' when 7 then value || '-01' else left(value, 10) end as date);
create or replace temp macro fhir_precision(value) as
    case length(value) when 4 then 'year' when 7 then 'month' when 10 then 'day' else if(value is null, null, 'time') end;
-- Wall-clock time in London, whatever the offset the sender wrote.
create or replace temp macro fhir_timestamp(value) as case
    when length(value) <= 10 then fhir_date(value)::timestamp
    else timezone('Europe/London', try_cast(value as timestamptz))
end;
-- Writing ------------------------------------------------------------------------------------
create or replace temp macro fhir_id(source, sender, resource_type, key) as
    md5(source || '|' || sender || '|' || resource_type || '|' || key);
create or replace temp macro coding(uri, code, display := null) as
    {'system': uri, 'code': code, 'display': display};
create or replace temp macro concept(uri, code, display := null) as
    if(code is null, null, {'coding': [{'system': uri, 'code': code, 'display': display}], 'text': null::varchar});
create or replace temp macro reference_to(source, sender, resource_type, key) as
    if(key is null, null, {'reference': resource_type || '/' || fhir_id(source, sender, resource_type, key), 'type': resource_type});
create or replace temp macro ods_reference(code) as
    if(code is null, null, {'type': 'Organization', 'identifier': {'system': 'https://fhir.nhs.uk/Id/ods-organization-code', 'value': code}});
create or replace temp macro ukcore_url(name) as 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-' || name;
create or replace temp macro wsic_url(name) as 'https://fhir.wsic.example/StructureDefinition/Extension-WSIC-' || name;
-- Civil date and time in London as a FHIR dateTime with its offset.
create or replace temp macro london(day, clock := null) as case
    when day is null then null
    when clock is null then strftime(day, '%Y-%m-%d')
    else strftime(day + clock, '%Y-%m-%dT%H:%M:%S') || case
        when (day + clock) - timezone('UTC', timezone('Europe/London', day + clock)) = interval 1 hour then '+01:00'
        else '+00:00'
    end
end;
-- People and partial dates -----------------------------------------------------------------------
-- A date as exact as the sender knows it: YMDT and YMD whole, YM without its day, Y the year alone, U unknown.
create or replace temp macro partial_date(day, precision) as case
    when precision = 'U' then null
    when precision = 'Y' then strftime(day, '%Y')
    when precision = 'YM' then strftime(day, '%Y-%m')
    else strftime(day, '%Y-%m-%d')
end;
-- Sex and gender, by letter, word or NHS Data Dictionary code (1, 2, 9 indeterminate or not specified, 0 and X
-- not known), as FHIR administrative-gender.
create or replace temp macro gender_of(sent) as case
    when sent is null then null
    when lower(sent) in ('m', 'male', '1') then 'male'
    when lower(sent) in ('f', 'female', '2') then 'female'
    when lower(sent) in ('i', 'indeterminate', '9', 'other', 'not specified') then 'other'
    else 'unknown'
end;
create or replace temp macro person_name(word, family, givens, prefix := null) as
    if(coalesce(family, givens[1]) is null, null,
       {'use': word, 'family': family, 'given': nullif(givens, []), 'prefix': said([prefix])});
create or replace temp macro contact_point(kind, value, word := null) as
    if(value is null, null, {'system': kind, 'value': value, 'use': word});
-- A test or dummy patient is marked as such, a confidential or sensitive one as restricted (HL7 v3 labels).
create or replace temp macro patient_meta(is_restricted, is_test) as
    {'profile': ['https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient'],
     'security': said([
        if(is_restricted, {'system': 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', 'code': 'R'}, null),
        if(is_test, {'system': 'http://terminology.hl7.org/CodeSystem/v3-ActReason', 'code': 'HTEST'}, null)])};
-- Coded or local, never silently dropped: SNOMED CT or dm+d where the sender's dictionary gives it, else its own code.
create or replace temp macro resolved_concept(uri, code, local_name, local_value, term := null) as case
    when regexp_full_match(code, '[1-9][0-9]{5,17}') then concept(uri, code, term)
    else local_concept(local_name, local_value)
end;
