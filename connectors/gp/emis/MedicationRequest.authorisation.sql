-- Authorisations of a drug: what may be issued. Generic substitution is not open to an English dispenser.
select
    own_id('MedicationRequest', d."DrugRecordGuid" || '|authorisation') as id,
    uk_core_meta('MedicationRequest', coalesce(d."IsConfidential", false)) as meta,
    case when d."CancellationDate" is not null then 'stopped' when d."IsActive" is false then 'completed' else 'active' end as status,
    'plan' as intent,
    resolved_concept('https://dmd.nhs.uk', drug."DmdProductCodeId", 'emis-code-id', d."CodeId", drug."Term") as "medicationCodeableConcept",
    own_reference('Patient', d."PatientGuid") as subject,
    partial_date(d."EffectiveDate", d."EffectiveDatePrecision") as "authoredOn",
    concept('http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy', case
        when d."PrescriptionType" ilike 'acute%' then 'acute'
        when d."PrescriptionType" ilike '%repeat%' or d."PrescriptionType" ilike 'automatic%' then 'continuous' end) as "courseOfTherapyType",
    if(d."Dosage" is null, null, [{'text': d."Dosage"}]) as "dosageInstruction",
    {'quantity': if(d."Quantity" is null, null, {'value': d."Quantity", 'unit': d."QuantityUnit"}),
     'numberOfRepeatsAllowed': d."NumberOfIssuesAuthorised",
     'validityPeriod': {'start': partial_date(d."EffectiveDate", d."EffectiveDatePrecision"),
                        'end': strftime(d."CancellationDate", '%Y-%m-%d')}} as "dispenseRequest",
    {'allowedBoolean': false} as substitution,
    d._record_id, d._file_id, d._row, d._extract_date
from "Prescribing_DrugRecord" d
left join "Coding_DrugCode" drug on drug."CodeId" = d."CodeId"
