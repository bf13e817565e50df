select
    guid('emis consultation', e.id) as ConsultationGuid,
    guid('emis patient', e.rec) as PatientGuid,
    p.guid as OrganisationGuid,
    day(e.day) as EffectiveDate,
    'YMD' as EffectiveDatePrecision,
    day(e.day) as EnteredDate,
    guid('emis user', e.practice * 10 + e.clinician) as ClinicianUserInRoleGuid,
    guid('emis user', e.practice * 10 + e.clinician) as EnteredByUserInRoleGuid,
    if(e.has_slot, guid('emis slot', e.id), null) as AppointmentSlotGuid,
    c.term as ConsultationSourceTerm,
    9000 + c.ix as ConsultationSourceCodeId,
    true as Complete,
    has_come(e.deleted_on) as Deleted,
    e.is_confidential as IsConfidential,
    e.id as ProcessingId
from gp_consultation as e
join practice as p on p.ix = e.practice
join contact as c on c.ix = e.contact
where e.is_emis and not e.is_missed and has_come(e.day)
    and (is_new(e.visible) or is_new(e.deleted_on))
order by e.id
