-- One encounter per emergency care attendance.
select
    own_id('Encounter', AttendanceUniqueIdentifier || '|ec') as id,
    uk_core_meta('Encounter', WithheldIdentityReason is not null) as meta,
    said([
        wsic_code('DepartmentType', EC_Department_Type),
        wsic_code('AttendanceCategory', EC_AttendanceCategory),
        wsic_code('ArrivalMode', EC_Arrival_Mode_SNOMED_CT),
        wsic_datetime('InitialAssessment', london(EC_Initial_Assessment_Date, EC_Initial_Assessment_Time)),
        wsic_datetime('DecidedToAdmit', london(EC_Decision_To_Admit_Date, EC_Decision_To_Admit_Time)),
        wsic_code('Hrg', SUS_HRG_Code),
        ukcore_concept('EmergencyCareDischargeStatus', snomed(EC_Discharge_Status_SNOMED_CT))
    ]) as extension,
    if(incident_number(AmbulanceIncidentNumber) is null, null, [{
        'system': 'https://fhir.wsic.example/Id/ambulance-incident',
        'value': incident_number(AmbulanceIncidentNumber)}]) as identifier,
    if(EC_Departure_Date is null, 'in-progress', 'finished') as status,
    encounter_class('EMER') as class,
    [local_concept('activity-type', 'emergency_attendance')] as type,
    snomed(EC_Acuity_SNOMED_CT) as priority,
    own_reference('Patient', _record_id) as subject,
    {'start': london(Arrival_Date, Arrival_Time), 'end': london(EC_Departure_Date, EC_Departure_Time)} as period,
    said([snomed(EC_Chief_Complaint_SNOMED_CT)]) as reasonCode,
    {'dischargeDisposition': snomed(EC_Discharge_Destination_SNOMED_CT)} as hospitalization,
    if(SiteCodeOfTreatment is null, null, [{'location': site_reference(SiteCodeOfTreatment)}]) as location,
    ods_reference(coalesce(OrganisationCodeCodeOfProvider, getvariable('sender'))) as serviceProvider,
    _record_id, _file_id, _row, _extract_date
from ECDS
