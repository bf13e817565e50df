-- Entries of type Immunisation. The code names the procedure, not the product, so it goes where UK Core keeps
-- procedures, and the vaccine is marked as not known (HL7 v3 NullFlavor).
select
    own_id('Immunization', o."ObservationGuid") as id,
    uk_core_meta('Immunization', coalesce(o."IsConfidential", false)) as meta,
    said([ukcore_concept('VaccinationProcedure', also_coded(
        resolved_concept('http://snomed.info/sct', code."SnomedCTConceptId", 'emis-code-id', o."CodeId", code."Term"),
        'read-v2', code."ReadTermId"))]) as extension,
    'completed' as status,
    concept('http://terminology.hl7.org/CodeSystem/v3-NullFlavor', 'UNK') as "vaccineCode",
    own_reference('Patient', o."PatientGuid") as patient,
    own_reference('Encounter', o."ConsultationGuid") as encounter,
    partial_date(o."EffectiveDate", o."EffectiveDatePrecision") as "occurrenceDateTime",
    strftime(o."EnteredDate", '%Y-%m-%d') as recorded,
    o._record_id, o._file_id, o._row, o._extract_date
from "CareRecord_Observation" o
left join "Coding_ClinicalCode" code on code."CodeId" = o."CodeId"
where lower(o."ObservationType") = 'immunisation'
