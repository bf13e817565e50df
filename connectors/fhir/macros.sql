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
-- 'Type/id' of a literal reference, relative or absolute; null for a logical one. Most are plain, and to see that
-- costs a tenth of taking one apart.
create or replace temp macro reference_key(reference) as
    case when regexp_full_match(reference.reference, '[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}') then reference.reference
    else nullif(regexp_extract(reference.reference, '([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})(/_history/[^/]+)?$', 1), '') end;
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
-- Whether fhir_timestamp gives one. To put a moment into London time is the dearest part of it, and never fails.
create or replace temp macro fhir_is_a_time(value) as case
    when length(value) <= 10 then fhir_date(value) is not null
    else try_cast(value as timestamptz) is not null
end;
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
-- What this feed calls its own: ids and references of the sender whose rows are being mapped.
create or replace temp macro own_id(resource_type, key) as
    fhir_id(getvariable('source'), getvariable('sender'), resource_type, key);
create or replace temp macro own_reference(resource_type, key) as
    reference_to(getvariable('source'), getvariable('sender'), resource_type, key);
create or replace temp macro site_reference(code) as
    if(code is null, null, {'type': 'Location', 'identifier': {'system': 'https://fhir.nhs.uk/Id/ods-site-code', 'value': code}});
-- A person who cannot be found from the row (its referral never came): a reference by the id that was sent.
create or replace temp macro unresolved_patient(name, value) as
    {'type': 'Patient', 'identifier': {'system': 'https://fhir.wsic.example/Id/' || name, 'value': coalesce(value, 'not-sent')}};
-- Lists are written with their gaps and `said` takes those out; an empty list says nothing.
create or replace temp macro said(items) as nullif(list_filter(items, lambda x: x is not null), []);
create or replace temp macro ukcore_concept(name, coded) as
    if(coded is null, null, {'url': ukcore_url(name), 'valueCodeableConcept': coded});
create or replace temp macro wsic_code(name, word) as
    if(word is null, null, {'url': wsic_url(name), 'valueCode': word});
create or replace temp macro wsic_integer(name, number) as
    if(number is null, null, {'url': wsic_url(name), 'valueInteger': number::bigint});
create or replace temp macro wsic_decimal(name, number) as
    if(number is null, null, {'url': wsic_url(name), 'valueDecimal': number::double});
create or replace temp macro wsic_boolean(name, flag) as
    if(flag is null, null, {'url': wsic_url(name), 'valueBoolean': flag});
create or replace temp macro wsic_date(name, day) as
    if(day is null, null, {'url': wsic_url(name), 'valueDate': strftime(day, '%Y-%m-%d')});
create or replace temp macro wsic_datetime(name, moment) as
    if(moment is null, null, {'url': wsic_url(name), 'valueDateTime': moment});
create or replace temp macro wsic_period(name, first_day, last_day) as
    if(first_day is null and last_day is null, null,
       {'url': wsic_url(name), 'valuePeriod': {'start': strftime(first_day, '%Y-%m-%d'), 'end': strftime(last_day, '%Y-%m-%d')}});
create or replace temp macro local_concept(name, word) as
    concept('https://fhir.wsic.example/CodeSystem/' || name, word);
create or replace temp macro ukcore_coded(name, word) as
    concept('https://fhir.hl7.org.uk/CodeSystem/UKCore-' || name, word);
create or replace temp macro snomed(code) as
    concept('http://snomed.info/sct', if(regexp_full_match(code, '[1-9][0-9]{5,17}'), code, null));
create or replace temp macro uk_core_meta(profile, is_restricted := false) as
    {'profile': ['https://fhir.hl7.org.uk/StructureDefinition/UKCore-' || profile],
     'security': if(is_restricted, [{'system': 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', 'code': 'R'}], null)};
create or replace temp macro nhs_number_identifier(number, status) as if(number is null, null,
    {'system': 'https://fhir.nhs.uk/Id/nhs-number', 'value': replace(number, ' ', ''),
     'extension': said([ukcore_concept('NHSNumberVerificationStatus',
                                       ukcore_coded('NHSNumberVerificationStatusEngland', status))])});
create or replace temp macro ethnic_category(letter) as
    said([ukcore_concept('EthnicCategory', ukcore_coded('EthnicCategoryEngland', letter))]);
create or replace temp macro encounter_class(word) as
    {'system': 'http://terminology.hl7.org/CodeSystem/v3-ActCode', 'code': word};
-- Codes ---------------------------------------------------------------------------------------
-- ICD-10 as submitted to CDS: no dot, three-character codes padded with X, unused places with a hyphen,
-- dagger and asterisk marks behind (NHS Data Dictionary). What is left is letter, two to four digits.
create or replace temp macro icd10_code(sent) as
    nullif(regexp_extract(replace(upper(trim(sent)), '.', ''), '^([A-Z][0-9]{2}[0-9]{0,2})', 1), '');
-- OPCS-4 as submitted: '-' says none, '&' and X99 not known.
create or replace temp macro opcs4_code(sent) as case
    when upper(trim(sent)) like 'X99%' then null
    else nullif(regexp_extract(replace(upper(trim(sent)), '.', ''), '^([A-Z][0-9]{2}[0-9]?)', 1), '')
end;
-- Times with a duration --------------------------------------------------------------------------
create or replace temp macro london_at(moment) as london(moment::date, moment::time);
-- R4 instants need a time of day: midnight stands for a time that was not sent.
create or replace temp macro london_instant(day, clock := null) as
    london(day, coalesce(clock, time '00:00'));
create or replace temp macro minutes_quantity(number) as if(number is null, null,
    {'value': number::double, 'unit': 'min', 'system': 'http://unitsofmeasure.org', 'code': 'min'});
-- Whole seconds from one moment to the next; a span below zero is a wrong clock, and none.
create or replace temp macro seconds_between(earlier, later) as
    if(later >= earlier, date_diff('second', earlier, later), null);
-- The number of an ambulance incident as both of its writers would have it: letters and digits, upper case.
create or replace temp macro incident_number(sent) as
    nullif(upper(regexp_replace(sent, '[^A-Za-z0-9]', '', 'g')), '');
-- Contacts ---------------------------------------------------------------------------------------
-- ATTENDED OR DID NOT ATTEND (NHS Data Dictionary) as a FHIR appointment status.
create or replace temp macro attended_status(code) as case
    when code in ('5', '6') then 'fulfilled'
    when code in ('3', '7') then 'noshow'
    when code in ('2', '4') then 'cancelled'
    when code = '0' then 'booked'
    else 'pending'
end;
-- Where a contact took place: by mechanism first (anything but 01 face to face and 98 other is remote),
-- then by location (A01 home, G care homes are where the person lives).
create or replace temp macro contact_class(mechanism, location) as case
    when mechanism not in ('01', '98') then 'VR'
    when location = 'A01' or location like 'G%' then 'HH'
    else 'AMB'
end;
-- Dummy practice codes: no registered practice, not applicable, not known (NHS Data Dictionary).
create or replace temp macro practice_reference(code) as
    ods_reference(if(code in ('V81997', 'V81998', 'V81999'), null, code));
-- What looks like an ODS code: a letter first. Suppliers' own row numbers have none.
create or replace temp macro ods_code_in(sent) as
    upper(nullif(regexp_extract(sent, '^[A-Za-z][A-Za-z0-9]{2,11}$'), ''));
-- People and partial dates -----------------------------------------------------------------------
-- A date as exact as the sender knows it: YMDT and YMD whole, YM without its day, Y the year alone, U unknown.
create or replace temp macro partial_date(day, exactness) as case
    when exactness = 'U' then null
    when exactness = 'Y' then strftime(day, '%Y')
    when exactness = 'YM' then strftime(day, '%Y-%m')
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
-- A code of another dictionary that the sender gave beside it: lists of objections and of restricted codes are kept
-- in either, and what one dictionary lost in translation the other still says.
create or replace temp macro also_coded(coded, other_name, other_value) as case
    when other_value is null or list_contains(list_transform(coded.coding, lambda c: c.code), other_value) then coded
    when coded is null then local_concept(other_name, other_value)
    else {'coding': list_append(coded.coding, {'system': 'https://fhir.wsic.example/CodeSystem/' || other_name,
                                               'code': other_value, 'display': null::varchar}), 'text': coded.text}
end;
create or replace temp macro given_names(first_name, others) as
    said([first_name] || coalesce(list_filter(string_split(others, ' '), lambda x: x <> ''), []));
-- Feeds that write every date with a clock write midnight where they have no time of day.
create or replace temp macro day_or_moment(moment) as
    if(moment = date_trunc('day', moment), strftime(moment, '%Y-%m-%d'), london_at(moment));
