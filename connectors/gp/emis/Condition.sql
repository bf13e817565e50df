-- Problems. A Problem is an Observation with the same guid, which holds its code and onset and may have come on
-- an earlier night; a problem whose observation never came is still a condition, without a code.
select
    own_id('Condition', p."ObservationGuid") as id,
    uk_core_meta('Condition', coalesce(o."IsConfidential", false)) as meta,
    said([wsic_code('ProblemSignificance', case
        when p."SignificanceDescription" ilike 'significant%' then 'major'
        when p."SignificanceDescription" ilike 'minor%' then 'minor' end)]) as extension,
    concept('http://terminology.hl7.org/CodeSystem/condition-clinical', case
        when p."EndDate" is not null then 'resolved'
        when p."ProblemStatusDescription" ilike 'past%' then 'inactive'
        else 'active' end) as "clinicalStatus",
    [concept('http://terminology.hl7.org/CodeSystem/condition-category', 'problem-list-item')] as category,
    also_coded(
        resolved_concept('http://snomed.info/sct', code."SnomedCTConceptId", 'emis-code-id', o."CodeId", code."Term"),
        'read-v2', code."ReadTermId") as code,
    own_reference('Patient', p."PatientGuid") as subject,
    own_reference('Encounter', o."ConsultationGuid") as encounter,
    partial_date(o."EffectiveDate", o."EffectiveDatePrecision") as "onsetDateTime",
    partial_date(p."EndDate", p."EndDatePrecision") as "abatementDateTime",
    strftime(o."EnteredDate", '%Y-%m-%d') as "recordedDate",
    if(p."Comment" is null, null, [{'text': p."Comment"}]) as note,
    p._record_id, p._file_id, p._row, p._extract_date
from "CareRecord_Problem" p
left join "CareRecord_Observation" o on o."ObservationGuid" = p."ObservationGuid"
left join "Coding_ClinicalCode" code on code."CodeId" = o."CodeId"
