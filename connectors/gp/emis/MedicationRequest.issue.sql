-- Each issue of an authorisation.
select
    own_id('MedicationRequest', i."IssueRecordGuid" || '|issue') as id,
    uk_core_meta('MedicationRequest', coalesce(i."IsConfidential", false)) as meta,
    said([wsic_decimal('EstimatedNhsCost', i."EstimatedNhsCost")]) as extension,
    'completed' as status,
    'order' as intent,
    resolved_concept('https://dmd.nhs.uk', drug."DmdProductCodeId", 'emis-code-id', i."CodeId", drug."Term") as "medicationCodeableConcept",
    own_reference('Patient', i."PatientGuid") as subject,
    partial_date(i."EffectiveDate", i."EffectiveDatePrecision") as "authoredOn",
    said([own_reference('MedicationRequest', i."DrugRecordGuid" || '|authorisation')]) as "basedOn",
    if(i."Dosage" is null, null, [{'text': i."Dosage"}]) as "dosageInstruction",
    {'quantity': if(i."Quantity" is null, null, {'value': i."Quantity", 'unit': i."QuantityUnit"}),
     'expectedSupplyDuration': if(i."CourseDurationInDays" is null, null,
        {'value': i."CourseDurationInDays"::double, 'unit': 'day', 'system': 'http://unitsofmeasure.org', 'code': 'd'})}
        as "dispenseRequest",
    {'allowedBoolean': false} as substitution,
    i._record_id, i._file_id, i._row, i._extract_date
from "Prescribing_IssueRecord" i
left join "Coding_DrugCode" drug on drug."CodeId" = i."CodeId"
