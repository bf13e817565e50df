-- An outpatient attendance is an encounter only where the person was seen (ATTENDED 5 or 6).
select
    own_id('Encounter', GeneratedRecordIdentifier || '|op') as id,
    uk_core_meta('Encounter', WithheldIdentityReason is not null) as meta,
    said([
        wsic_code('AttendedStatus', AttendedOrDidNotAttend),
        wsic_code('FirstAttendance', FirstAttendance),
        wsic_code('MainSpecialty', MainSpecialtyCode),
        wsic_code('Hrg', CoreHRG),
        ukcore_concept('OutcomeOfAttendance', ukcore_coded('OutcomeOfAttendanceEngland', OutcomeOfAttendance))
    ]) as extension,
    'finished' as status,
    -- FIRST ATTENDANCE 3 and 4 took place by telephone or video.
    encounter_class(if(FirstAttendance in ('3', '4'), 'VR', 'AMB')) as class,
    [local_concept('activity-type', 'outpatient_attendance')] as type,
    local_concept('treatment-function', TreatmentFunctionCode) as serviceType,
    own_reference('Patient', _record_id) as subject,
    if(ReferralRequestReceivedDate is null, null, [own_reference('ServiceRequest', concat_ws('|',
        _record_id, OrganisationCodeCodeOfProvider, ReferralRequestReceivedDate, TreatmentFunctionCode))]) as basedOn,
    [own_reference('Appointment', GeneratedRecordIdentifier)] as appointment,
    {'start': london(AppointmentDate), 'end': london(AppointmentDate)} as period,
    if(SiteCodeOfTreatment is null, null, [{'location': site_reference(SiteCodeOfTreatment)}]) as location,
    ods_reference(coalesce(OrganisationCodeCodeOfProvider, getvariable('sender'))) as serviceProvider,
    _record_id, _file_id, _row, _extract_date
from OP
where AttendedOrDidNotAttend in ('5', '6')
