-- The primary diagnosis of a referral: ICD-10 (scheme 02) or SNOMED CT (06); another scheme is kept as sent
-- under a system of ours (DIAGNOSIS SCHEME IN USE, NHS Data Dictionary).
with diagnoses as (
    select d.*, r._record_id as person
    from MHS604 as d
    left join MHS101 as r using (ServiceRequestID)
)

select
    own_id('Condition', ServiceRequestID || '|' || PrimDiag) as id,
    uk_core_meta('Condition') as meta,
    [wsic_integer('Rank', 1)] as extension,
    [concept('http://terminology.hl7.org/CodeSystem/condition-category', 'encounter-diagnosis')] as category,
    coalesce(
        if(DiagSchemeInUse = '06', snomed(PrimDiag), null),
        if(DiagSchemeInUse = '02', concept('http://hl7.org/fhir/sid/icd-10-uk', icd10_code(PrimDiag)), null),
        local_concept('diagnosis-scheme-' || coalesce(DiagSchemeInUse, 'not-sent'), PrimDiag)) as code,
    coalesce(own_reference('Patient', person), unresolved_patient('service-request', ServiceRequestID)) as subject,
    london(CodedDiagTimestamp::date) as recordedDate,
    person as _record_id, _file_id, _row, _extract_date
from diagnoses
