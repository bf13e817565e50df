-- A care contact is an encounter only where the person was seen (attendance status 5 or 6).
with teams as (
    select ServiceRequestID, CareProfTeamLocalID, any_value(ServTeamTypeRefToMH) as team_type from MHS102 group by all
),

contacts as (
    select c.*, r._record_id as person, teams.team_type
    from MHS201 as c
    left join MHS101 as r using (ServiceRequestID)
    left join teams
        on teams.ServiceRequestID = c.ServiceRequestID and teams.CareProfTeamLocalID = c.CareProfTeamLocalID
    where c.AttendStatus in ('5', '6')
)

select
    own_id('Encounter', CareContactID) as id,
    uk_core_meta('Encounter') as meta,
    said([
        wsic_code('AttendedStatus', AttendStatus),
        wsic_code('ConsultationMechanism', ConsMechanismMH),
        wsic_code('ActivityLocationType', ActLocTypeCode),
        wsic_code('TeamType', team_type),
        wsic_code('AdministrativeCategory', AdminCatCode)
    ]) as extension,
    'finished' as status,
    encounter_class(contact_class(ConsMechanismMH, ActLocTypeCode)) as class,
    [local_concept('activity-type', 'mental_health_contact')] as type,
    coalesce(own_reference('Patient', person), unresolved_patient('service-request', ServiceRequestID)) as subject,
    [own_reference('EpisodeOfCare', ServiceRequestID)] as episodeOfCare,
    [own_reference('ServiceRequest', ServiceRequestID)] as basedOn,
    [own_reference('Appointment', CareContactID)] as appointment,
    {'start': london(CareContDate, CareContTime),
     'end': if(CareContTime is null, london(CareContDate),
               london_at(CareContDate + CareContTime + to_minutes(coalesce(ClinContDurOfCareCont, 0))))} as period,
    minutes_quantity(ClinContDurOfCareCont) as length,
    ods_reference(getvariable('sender')) as serviceProvider,
    person as _record_id, _file_id, _row, _extract_date
from contacts
