select
    guid('emis observation', e.id) as ObservationGuid,
    guid('emis patient', e.rec) as PatientGuid,
    p.guid as OrganisationGuid,
    case e.precision when 1 then date_trunc('year', day(e.day))::date when 2 then date_trunc('month', day(e.day))::date
        else day(e.day) end as EffectiveDate,
    case e.precision when 1 then 'Y' when 2 then 'YM' else 'YMD' end as EffectiveDatePrecision,
    day(e.entered) as EnteredDate,
    clock(540 + e.id % 480) as EnteredTime,
    guid('emis user', e.practice * 10 + e.id % 6) as ClinicianUserInRoleGuid,
    guid('emis user', e.practice * 10 + e.id % 6) as EnteredByUserInRoleGuid,
    null as ParentObservationGuid,
    c.code_id as CodeId,
    if(c.is_condition, guid('emis observation', e.id), null) as ProblemGuid,
    if(e.id % 40 = 0, 'Discussed with patient, plan agreed', null) as AssociatedText,
    if(e.consultation > 0, guid('emis consultation', e.consultation), null) as ConsultationGuid,
    if(isnan(e.value), null, e.value) as Value,
    nullif(e.unit, '') as NumericUnit,
    c.kind as ObservationType,
    null as NumericRangeLow,
    null as NumericRangeHigh,
    null as DocumentGuid,
    has_come(e.deleted_on) as Deleted,
    e.is_confidential as IsConfidential,
    e.id as ProcessingId
from gp_observation as e
join practice as p on p.ix = e.practice
join code as c on c.ix = e.code
where e.is_emis and (is_new(e.visible) or (has_come(e.visible) and is_new(e.deleted_on)))
order by e.id
