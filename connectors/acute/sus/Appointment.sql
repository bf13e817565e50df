-- Every outpatient row is an appointment, kept or not. The data set sends no time of day: midnight stands for it.
select
    own_id('Appointment', GeneratedRecordIdentifier) as id,
    uk_core_meta('Appointment', WithheldIdentityReason is not null) as meta,
    said([
        wsic_code('AttendedStatus', AttendedOrDidNotAttend),
        wsic_code('FirstAttendance', FirstAttendance),
        wsic_code('PriorityType', PriorityType),
        wsic_code('Hrg', CoreHRG)
    ]) as extension,
    attended_status(AttendedOrDidNotAttend) as status,
    -- The data set says who cancelled, not why: 2 patient, 4 provider.
    if(AttendedOrDidNotAttend in ('2', '4'), local_concept('attended-status', AttendedOrDidNotAttend), null)
        as cancelationReason,
    if(TreatmentFunctionCode is null, null, [local_concept('treatment-function', TreatmentFunctionCode)]) as specialty,
    local_concept('activity-type', 'outpatient_attendance') as appointmentType,
    london_instant(AppointmentDate) as start,
    london_instant(AppointmentDate) as "end",
    if(ReferralRequestReceivedDate is null, null, [own_reference('ServiceRequest', concat_ws('|',
        _record_id, OrganisationCodeCodeOfProvider, ReferralRequestReceivedDate, TreatmentFunctionCode))]) as basedOn,
    [{'actor': own_reference('Patient', _record_id), 'status': 'accepted'},
     {'actor': ods_reference(coalesce(OrganisationCodeCodeOfProvider, getvariable('sender'))), 'status': 'accepted'}]
        as participant,
    _record_id, _file_id, _row, _extract_date
from OP
