-- One encounter per hospital provider spell. Readiness for discharge is of the latest period reported, as a
-- person may become unready again (MHS518).
with readiness as (
    select HospProvSpellID,
        max(StartDateClinReadyforDisch) as ready_on,
        arg_max_null(EndDateClinReadyforDisch, StartDateClinReadyforDisch) as ended_on,
        arg_max_null(ClinReadyforDischDelayReason, StartDateClinReadyforDisch) as delay_reason,
        arg_max_null(AttribToIndic, StartDateClinReadyforDisch) as attribution
    from MHS518
    group by HospProvSpellID
),

spells as (
    select s.*, r._record_id as person, readiness.* exclude (HospProvSpellID)
    from MHS501 as s
    left join MHS101 as r using (ServiceRequestID)
    left join readiness using (HospProvSpellID)
)

select
    own_id('Encounter', 'spell|' || HospProvSpellID) as id,
    uk_core_meta('Encounter') as meta,
    said([
        wsic_date('DischargeReadyDate', ready_on),
        wsic_period('ClinicallyReady', ready_on, ended_on),
        wsic_code('DelayReason', delay_reason),
        wsic_code('DelayAttribution', attribution),
        ukcore_concept('DischargeMethod', ukcore_coded('DischargeMethodEngland', MethOfDischMHHospProvSpell))
    ]) as extension,
    [{'system': 'https://fhir.wsic.example/Id/hospital-provider-spell',
      'value': getvariable('sender') || '|' || HospProvSpellID}] as identifier,
    if(DischDateHospProvSpell is null, 'in-progress', 'finished') as status,
    encounter_class('IMP') as class,
    [local_concept('activity-type', 'mental_health_spell')] as type,
    coalesce(own_reference('Patient', person), unresolved_patient('service-request', ServiceRequestID)) as subject,
    [own_reference('EpisodeOfCare', ServiceRequestID)] as episodeOfCare,
    [own_reference('ServiceRequest', ServiceRequestID)] as basedOn,
    {'start': london(StartDateHospProvSpell, StartTimeHospProvSpell),
     'end': london(DischDateHospProvSpell, DischTimeHospProvSpell)} as period,
    {'extension': said([ukcore_concept('AdmissionMethod', ukcore_coded('AdmissionMethodEngland', MethAdmMHHospProvSpell))]),
     'admitSource': ukcore_coded('SourceOfAdmissionEngland', SourceAdmMHHospProvSpell),
     'dischargeDisposition': ukcore_coded('DischargeDestinationEngland', DestOfDischHospProvSpell)} as hospitalization,
    ods_reference(getvariable('sender')) as serviceProvider,
    person as _record_id, _file_id, _row, _extract_date
from spells
