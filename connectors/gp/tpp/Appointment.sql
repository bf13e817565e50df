-- Appointments. The status words say most; where they are new to us, the dates do: cancelled, seen, still to come.
with appointments as (
    select
        a.*,
        coalesce(s.status, case
            when a."DateAppointmentCancelled" is not null then 'cancelled'
            when a."DatePatientSeen" is not null then 'fulfilled'
            when a."DatePatientArrival" is not null then 'arrived'
            else 'booked' end) as stated,
        s.attended_code,
        coalesce(upper(org."ODSCode"), ods_code_in(a."IDOrganisation")) as practice
    from "SRAppointment" a
    left join "SROrganisation" org on org."RowIdentifier" = a."IDOrganisation"
    left join lookup_appointment_statuses s on s.words = lower(a."AppointmentStatus")
),
settled as (
    select
        *,
        if(stated = 'arrived' and "DatePatientSeen" is not null, 'fulfilled', stated) as status
    from appointments
)
select
    own_id('Appointment', a."RowIdentifier") as id,
    uk_core_meta('Appointment') as meta,
    said([
        wsic_code('AttendedStatus', case
            when a.status = 'fulfilled' then coalesce(a.attended_code, '5')
            when a.status = 'booked' and a."DateStart"::date <= a._extract_date then null
            when a.status = 'booked' then '0'
            else a.attended_code end),
        wsic_code('ConsultationMechanism', if(a."TelephoneAppointment", '02', null))]) as extension,
    a.status,
    local_concept('activity-type', 'gp_appointment') as "appointmentType",
    london_at(a."DateStart") as "start",
    london_at(if(a."DateEnd" >= a."DateStart", a."DateEnd", a."DateStart")) as "end",
    nullif(greatest(date_diff('minute', a."DateStart", a."DateEnd"), 0), 0) as "minutesDuration",
    london_at(a."DateAppointmentBooked") as created,
    said([{'actor': own_reference('Patient', a."IDPatient"), 'status': 'accepted'},
          if(a.practice is null, null, {'actor': ods_reference(a.practice), 'status': 'accepted'})]) as participant,
    a._record_id, a._file_id, a._row, a._extract_date
from settled a
