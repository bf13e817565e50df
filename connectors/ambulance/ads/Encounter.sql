-- One encounter a patient of an incident: in the field, or by telephone where it was closed so. The number of the
-- incident stands as the hospital's attendance has it too. Spans are whole seconds; one that is below zero is a wrong
-- clock and says nothing.
select
    own_id('Encounter', _record_id) as id,
    uk_core_meta('Encounter', WithheldIdentityReason is not null) as meta,
    said([
        wsic_code('ResponseCategory', if(ResponseCategory in (
            select word from lookup_words where column_name = 'ResponseCategory'), ResponseCategory, null)),
        wsic_code('IncidentOutcome', IncidentOutcome),
        wsic_code('ContactSource', if(ContactSource in (
            select word from lookup_words where column_name = 'ContactSource'), ContactSource, null)),
        wsic_code('IncidentLocationType', if(IncidentLocationType in (
            select word from lookup_words where column_name = 'IncidentLocationType'), IncidentLocationType, null)),
        wsic_integer('ResponseSeconds', seconds_between(ClockStartDateTime, FirstArrivalAtSceneDateTime)),
        wsic_integer('HandoverSeconds', seconds_between(ArrivedAtHospitalDateTime, HandoverDateTime)),
        wsic_datetime('ArrivedAtHospital', london_at(ArrivedAtHospitalDateTime))
    ]) as extension,
    [{'system': 'https://fhir.wsic.example/Id/ambulance-incident',
      'value': incident_number(AmbulanceIncidentNumber)}] as identifier,
    if(IncidentClosedDateTime is null, 'in-progress', 'finished') as status,
    encounter_class(if(IncidentOutcome = 'Hear and treat', 'VR', 'FLD')) as class,
    [local_concept('activity-type', 'ambulance_incident')] as type,
    own_reference('Patient', _record_id) as subject,
    {'start': london_at(CallConnectDateTime), 'end': london_at(IncidentClosedDateTime)} as period,
    said([snomed(ChiefComplaint_SNOMED_CT)]) as reasonCode,
    if(DestinationSiteCode is null, null, [{'location': site_reference(DestinationSiteCode)}]) as location,
    ods_reference(coalesce(OrganisationCodeAmbulanceTrust, getvariable('sender'))) as serviceProvider,
    _record_id, _file_id, _row, _extract_date
from AmbulanceIncident
