-- One encounter per consultant episode, part of its spell (a row without a spell number is its own spell).
select
    own_id('Encounter', GeneratedRecordIdentifier) as id,
    uk_core_meta('Encounter', WithheldIdentityReason is not null) as meta,
    said([
        wsic_integer('EpisodeNumber', EpisodeNumber),
        wsic_code('LastEpisode', LastEpisodeInSpellIndicator),
        wsic_code('PatientClassification', PatientClassification),
        wsic_code('AdministrativeCategory', AdministrativeCategory),
        wsic_code('MainSpecialty', MainSpecialtyCode)
    ]) as extension,
    if(EndDateConsultantEpisode is null, 'in-progress', 'finished') as status,
    encounter_class('IMP') as class,
    [local_concept('activity-type', 'hospital_episode')] as type,
    local_concept('treatment-function', TreatmentFunctionCode) as serviceType,
    own_reference('Patient', _record_id) as subject,
    {'start': london(StartDateConsultantEpisode), 'end': london(EndDateConsultantEpisode)} as period,
    if(SiteCodeOfTreatment is null, null, [{'location': site_reference(SiteCodeOfTreatment)}]) as location,
    ods_reference(coalesce(OrganisationCodeCodeOfProvider, getvariable('sender'))) as serviceProvider,
    own_reference('Encounter', 'spell|' || coalesce(
        coalesce(OrganisationCodeCodeOfProvider, getvariable('sender')) || '|' || HospitalProviderSpellNumber,
        'row|' || GeneratedRecordIdentifier)) as partOf,
    _record_id, _file_id, _row, _extract_date
from APC
