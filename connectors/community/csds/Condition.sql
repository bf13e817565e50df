-- The finding of a care activity: SNOMED CT (scheme 04) or ICD-10 (01); other schemes are kept as sent
-- under a system of ours (FINDING SCHEME IN USE, NHS Data Dictionary).
with activities as (
    select a.*, c.Contact_Date, c.AttendanceStatus in ('5', '6') as is_seen, r._record_id as person
    from CYP202 as a
    left join CYP201 as c using (CareContactID)
    left join CYP101 as r using (ServiceRequestID)
    where a.CodedFinding is not null
)

select
    own_id('Condition', CareActivityID) as id,
    uk_core_meta('Condition') as meta,
    [concept('http://terminology.hl7.org/CodeSystem/condition-category', 'encounter-diagnosis')] as category,
    coalesce(
        if(Finding_Scheme = '04', snomed(CodedFinding), null),
        if(Finding_Scheme = '01', concept('http://hl7.org/fhir/sid/icd-10-uk', icd10_code(CodedFinding)), null),
        local_concept('finding-scheme-' || coalesce(Finding_Scheme, 'not-sent'), CodedFinding)) as code,
    coalesce(own_reference('Patient', person), unresolved_patient('care-contact', CareContactID)) as subject,
    if(is_seen, own_reference('Encounter', CareContactID), null) as encounter,
    london(Contact_Date) as recordedDate,
    person as _record_id, _file_id, _row, _extract_date
from activities
