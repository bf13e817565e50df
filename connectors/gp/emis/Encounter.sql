-- Consultations. Class and mechanism from the words of the source term; face to face where it says nothing.
with methods as (
    select term, arg_min({'class': m."class", 'mechanism': m.consultation_mechanism}, m.rank::integer) as method
    from (select distinct "ConsultationSourceTerm" as term from "CareRecord_Consultation")
    join lookup_contact_methods m on contains(lower(term), m.words)
    group by term
)
select
    own_id('Encounter', c."ConsultationGuid") as id,
    uk_core_meta('Encounter', coalesce(c."IsConfidential", false)) as meta,
    said([wsic_code('ConsultationMechanism', m.method.mechanism)]) as extension,
    if(c."Complete" is false, 'in-progress', 'finished') as status,
    encounter_class(coalesce(m.method."class", 'AMB')) as "class",
    said([local_concept('activity-type', 'gp_consultation'),
          also_coded(
              resolved_concept('http://snomed.info/sct', code."SnomedCTConceptId", 'emis-code-id', c."ConsultationSourceCodeId",
                               coalesce(code."Term", c."ConsultationSourceTerm")),
              'read-v2', code."ReadTermId")]) as type,
    own_reference('Patient', c."PatientGuid") as subject,
    said([own_reference('Appointment', c."AppointmentSlotGuid")]) as appointment,
    {'start': partial_date(c."EffectiveDate", c."EffectiveDatePrecision")} as period,
    ods_reference(upper(org."ODSCode")) as "serviceProvider",
    c._record_id, c._file_id, c._row, c._extract_date
from "CareRecord_Consultation" c
left join methods m on m.term = c."ConsultationSourceTerm"
left join "Coding_ClinicalCode" code on code."CodeId" = c."ConsultationSourceCodeId"
left join "Admin_Organisation" org on org."OrganisationGuid" = c."OrganisationGuid"
