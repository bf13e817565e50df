-- Entries of type Allergy. The code may be a clinical one or a product.
select
    own_id('AllergyIntolerance', o."ObservationGuid") as id,
    uk_core_meta('AllergyIntolerance', coalesce(o."IsConfidential", false)) as meta,
    concept('http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', 'active') as "clinicalStatus",
    coalesce(
        if(code."SnomedCTConceptId" is null and drug."DmdProductCodeId" is not null,
           resolved_concept('https://dmd.nhs.uk', drug."DmdProductCodeId", 'emis-code-id', o."CodeId", drug."Term"), null),
        also_coded(
            resolved_concept('http://snomed.info/sct', code."SnomedCTConceptId", 'emis-code-id', o."CodeId", code."Term"),
            'read-v2', code."ReadTermId")) as code,
    own_reference('Patient', o."PatientGuid") as patient,
    own_reference('Encounter', o."ConsultationGuid") as encounter,
    partial_date(o."EffectiveDate", o."EffectiveDatePrecision") as "onsetDateTime",
    strftime(o."EnteredDate", '%Y-%m-%d') as "recordedDate",
    o._record_id, o._file_id, o._row, o._extract_date
from "CareRecord_Observation" o
left join "Coding_ClinicalCode" code on code."CodeId" = o."CodeId"
left join "Coding_DrugCode" drug on drug."CodeId" = o."CodeId"
where lower(o."ObservationType") = 'allergy'
