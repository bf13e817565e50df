-- Every care contact is an appointment, kept or not. The person is that of the referral; a contact whose
-- referral never came names its referral instead, and has no record id.
with teams as (
    select ServiceRequestID, TeamID_Local, any_value(TeamType) as team_type from CYP102 group by all
),

contacts as (
    select c.*, r._record_id as person, r.Priority_Type, teams.team_type
    from CYP201 as c
    left join CYP101 as r using (ServiceRequestID)
    left join teams on teams.ServiceRequestID = c.ServiceRequestID and teams.TeamID_Local = c.TeamID_Local
)

select
    own_id('Appointment', CareContactID) as id,
    uk_core_meta('Appointment') as meta,
    said([
        wsic_code('AttendedStatus', AttendanceStatus),
        wsic_code('ConsultationMechanism', ConsMechanism),
        wsic_code('ActivityLocationType', Activity_LocationType),
        wsic_code('TeamType', team_type),
        wsic_code('PriorityType', Priority_Type)
    ]) as extension,
    attended_status(AttendanceStatus) as status,
    if(AttendanceStatus in ('2', '4'),
       local_concept('contact-cancellation-reason', coalesce(Contact_CancellationReason, AttendanceStatus)), null)
        as cancelationReason,
    local_concept('activity-type', 'community_contact') as appointmentType,
    london_instant(Contact_Date, Contact_Time) as start,
    london_at(Contact_Date + coalesce(Contact_Time, time '00:00') + to_minutes(coalesce(CareContact_Duration, 0))) as "end",
    CareContact_Duration as minutesDuration,
    [own_reference('ServiceRequest', ServiceRequestID)] as basedOn,
    [{'actor': coalesce(own_reference('Patient', person), unresolved_patient('service-request', ServiceRequestID)),
      'status': 'accepted'},
     {'actor': ods_reference(getvariable('sender')), 'status': 'accepted'}] as participant,
    person as _record_id, _file_id, _row, _extract_date
from contacts
