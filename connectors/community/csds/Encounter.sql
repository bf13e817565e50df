-- A care contact is an encounter only where the person was seen (attendance status 5 or 6).
with teams as (
    select ServiceRequestID, TeamID_Local, any_value(TeamType) as team_type from CYP102 group by all
),

contacts as (
    select c.*, r._record_id as person, teams.team_type
    from CYP201 as c
    left join CYP101 as r using (ServiceRequestID)
    left join teams on teams.ServiceRequestID = c.ServiceRequestID and teams.TeamID_Local = c.TeamID_Local
    where c.AttendanceStatus in ('5', '6')
)

select
    own_id('Encounter', CareContactID) as id,
    uk_core_meta('Encounter') as meta,
    said([
        wsic_code('AttendedStatus', AttendanceStatus),
        wsic_code('ConsultationMechanism', ConsMechanism),
        wsic_code('ActivityLocationType', Activity_LocationType),
        wsic_code('TeamType', team_type),
        wsic_code('AdministrativeCategory', AdminCategory)
    ]) as extension,
    'finished' as status,
    encounter_class(contact_class(ConsMechanism, Activity_LocationType)) as class,
    [local_concept('activity-type', 'community_contact')] as type,
    coalesce(own_reference('Patient', person), unresolved_patient('service-request', ServiceRequestID)) as subject,
    [own_reference('EpisodeOfCare', ServiceRequestID)] as episodeOfCare,
    [own_reference('ServiceRequest', ServiceRequestID)] as basedOn,
    [own_reference('Appointment', CareContactID)] as appointment,
    {'start': london(Contact_Date, Contact_Time),
     'end': if(Contact_Time is null, london(Contact_Date),
               london_at(Contact_Date + Contact_Time + to_minutes(coalesce(CareContact_Duration, 0))))} as period,
    minutes_quantity(CareContact_Duration) as length,
    if(Treatment_OrgSiteID is null, null, [{'location': site_reference(Treatment_OrgSiteID)}]) as location,
    ods_reference(getvariable('sender')) as serviceProvider,
    person as _record_id, _file_id, _row, _extract_date
from contacts
