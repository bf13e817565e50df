-- Every care contact is an appointment, kept or not. The person is that of the referral; a contact whose
-- referral never came names its referral instead, and has no record id.
with teams as (
    select ServiceRequestID, CareProfTeamLocalID, any_value(ServTeamTypeRefToMH) as team_type from MHS102 group by all
),

contacts as (
    select c.*, r._record_id as person, r.ClinRespPriorityType, teams.team_type
    from MHS201 as c
    left join MHS101 as r using (ServiceRequestID)
    left join teams
        on teams.ServiceRequestID = c.ServiceRequestID and teams.CareProfTeamLocalID = c.CareProfTeamLocalID
)

select
    own_id('Appointment', CareContactID) as id,
    uk_core_meta('Appointment') as meta,
    said([
        wsic_code('AttendedStatus', AttendStatus),
        wsic_code('ConsultationMechanism', ConsMechanismMH),
        wsic_code('ActivityLocationType', ActLocTypeCode),
        wsic_code('TeamType', team_type),
        wsic_code('PriorityType', ClinRespPriorityType)
    ]) as extension,
    attended_status(AttendStatus) as status,
    -- The data set says who cancelled, not why: 2 patient, 4 provider.
    if(AttendStatus in ('2', '4'), local_concept('attended-status', AttendStatus), null) as cancelationReason,
    local_concept('activity-type', 'mental_health_contact') as appointmentType,
    london_instant(CareContDate, CareContTime) as start,
    london_at(CareContDate + coalesce(CareContTime, time '00:00') + to_minutes(coalesce(ClinContDurOfCareCont, 0))) as "end",
    ClinContDurOfCareCont as minutesDuration,
    [own_reference('ServiceRequest', ServiceRequestID)] as basedOn,
    [{'actor': coalesce(own_reference('Patient', person), unresolved_patient('service-request', ServiceRequestID)),
      'status': 'accepted'},
     {'actor': ods_reference(getvariable('sender')), 'status': 'accepted'}] as participant,
    person as _record_id, _file_id, _row, _extract_date
from contacts
