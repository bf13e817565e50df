-- How the codes of a list and of a record are written, so that the two can be compared. Kinds: prefix (a code stands for
-- all below it), read, exact. ICD-10 and OPCS-4 without their dot; an X that pads a code of three characters, a dash for "any", and spaces go.
-- Read v2 and CTV3 codes have five characters, dots behind; two more name a term of the code.
-- A system is known by its word or its OID (HL7 registry: 6.3 ICD-10, 6.6 CTV3, 6.28 and 6.29 Read; GP2GP writes 2.1.6.2
-- and 2.1.3.2.4.14 for Read v2 and CTV3).
create or replace temp macro code_kind(code_system) as case
    when regexp_matches(code_system, '(?i)(^|[/:])(icd|opcs)|(^|:)2\.16\.840\.1\.113883\.6\.3$') then 'prefix'
    when regexp_matches(
        code_system, '(?i)(^|[/:])(ctv3|read)|(^|:)2\.16\.840\.1\.113883\.(6\.6|6\.28|6\.29|2\.1\.6\.2|2\.1\.3\.2\.4\.14)$'
    ) then 'read'
    else 'exact'
end;
-- Under a URI that nobody here knows, or none, a code may be one of any system: it is compared as each of them.
create or replace temp macro is_of_unknown_system(coding) as
    coding.system is null or (
        code_kind(coding.system) = 'exact'
        and not regexp_matches(
            coding.system,
            '(?i)snomed|dmd|loinc|^https?://(terminology\.hl7\.org|hl7\.org/fhir|fhir\.hl7\.org\.uk|fhir\.nhs\.uk|fhir\.wsic\.example)/'));
create or replace temp macro code_written(kind, code) as case kind
    when 'prefix' then regexp_replace(upper(regexp_replace(code, '[.\s*+-]', '', 'g')), '^([A-Z][0-9]{2})X$', '\1')
    when 'read' then rpad(left(trim(code), 5), 5, '.')
    else trim(code)
end;
create or replace temp macro coding_written(coding) as
    code_written(code_kind(coalesce(coding.system, '')), coding.code);
