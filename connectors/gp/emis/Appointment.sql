-- Booked slots. Seen where the patient was sent in, left, or took time; a past slot that says neither that nor
-- "did not attend" stays booked, with no attended code.
with slots as (
    select
        *,
        "AppointmentDate" + "AppointmentStartTime" as starts_at,
        coalesce("ActualDurationInMinutes", "PlannedDurationInMinutes") as minutes,
        "SendInTime" is not null or "LeftTime" is not null or coalesce("ActualDurationInMinutes", 0) > 0 as is_seen
    from "Appointment_Slot"
    where "PatientGuid" is not null
)
select
    own_id('Appointment', s."SlotGuid") as id,
    uk_core_meta('Appointment') as meta,
    said([wsic_code('AttendedStatus', case
        when s."DidNotAttend" then '3' when s.is_seen then '5' when s."AppointmentDate" > s._extract_date then '0' end)]) as extension,
    case when s."DidNotAttend" then 'noshow' when s.is_seen then 'fulfilled' else 'booked' end as status,
    local_concept('activity-type', 'gp_appointment') as "appointmentType",
    london_at(s.starts_at) as "start",
    london_at(s.starts_at + to_minutes(coalesce(s."PlannedDurationInMinutes", s.minutes, 0))) as "end",
    if(s.minutes > 0, s.minutes, null) as "minutesDuration",
    said([{'actor': own_reference('Patient', s."PatientGuid"), 'status': 'accepted'},
          if(org."ODSCode" is null, null, {'actor': ods_reference(upper(org."ODSCode")), 'status': 'accepted'})]) as participant,
    s._record_id, s._file_id, s._row, s._extract_date
from slots s
left join "Admin_Organisation" org on org."OrganisationGuid" = s."OrganisationGuid"
