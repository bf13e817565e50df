-- The procedure of a care activity: SNOMED CT (scheme 06) or OPCS-4 (02); other schemes are kept as sent
-- under a system of ours. An activity with nothing coded is a procedure of its activity type, so that no
-- row is lost (PROCEDURE SCHEME IN USE, NHS Data Dictionary).
with activities as (
    select a.*, c.Contact_Date, c.AttendanceStatus in ('5', '6') as is_seen, c.ServiceRequestID, r._record_id as person
    from CYP202 as a
    left join CYP201 as c using (CareContactID)
    left join CYP101 as r using (ServiceRequestID)
    where a.CodedProcedure is not null or (a.CodedFinding is null and a.CodedObservation is null)
)

select
    own_id('Procedure', CareActivityID) as id,
    uk_core_meta('Procedure') as meta,
    if(coalesce(is_seen, true), 'completed', 'not-done') as status,
    coalesce(
        if(Procedure_Scheme = '06', snomed(CodedProcedure), null),
        if(Procedure_Scheme = '02', concept('https://fhir.hl7.org.uk/CodeSystem/OPCS-4', opcs4_code(CodedProcedure)), null),
        local_concept('procedure-scheme-' || coalesce(Procedure_Scheme, 'not-sent'), CodedProcedure),
        local_concept('care-activity-type', coalesce(Activity_Type, 'not-sent'))) as code,
    coalesce(own_reference('Patient', person), unresolved_patient('care-contact', CareContactID)) as subject,
    if(is_seen, own_reference('Encounter', CareContactID), null) as encounter,
    london(Contact_Date) as performedDateTime,
    person as _record_id, _file_id, _row, _extract_date
from activities
