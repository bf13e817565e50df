-- How the codes of a list and of a record are written, so that the two can be compared. Kinds: prefix (a code stands for
-- all below it), read, exact. ICD-10 and OPCS-4 without their dot; an X that pads a code of three characters, a dash for "any", and spaces go.
-- Read v2 and CTV3 codes have five characters, dots behind; two more name a term of the code.
create or replace temp macro code_kind(code_system) as case
    when regexp_matches(code_system, '(?i)(^|/)(icd|opcs)') then 'prefix'
    when regexp_matches(code_system, '(?i)(^|/)(ctv3|read)') then 'read'
    else 'exact'
end;
create or replace temp macro code_written(kind, code) as case kind
    when 'prefix' then regexp_replace(upper(regexp_replace(code, '[.\s*+-]', '', 'g')), '^([A-Z][0-9]{2})X$', '\1')
    when 'read' then rpad(left(trim(code), 5), 5, '.')
    else trim(code)
end;
create or replace temp macro coding_written(coding) as
    code_written(code_kind(coalesce(coding.system, '')), coding.code);
