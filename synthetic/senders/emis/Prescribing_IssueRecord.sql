select
    guid('emis issue', e.id) as IssueRecordGuid,
    guid('emis patient', e.rec) as PatientGuid,
    p.guid as OrganisationGuid,
    guid('emis drug', e.authorisation) as DrugRecordGuid,
    day(e.day) as EffectiveDate,
    'YMD' as EffectiveDatePrecision,
    day(e.day) as EnteredDate,
    guid('emis user', e.practice * 10 + e.id % 6) as ClinicianUserInRoleGuid,
    guid('emis user', e.practice * 10 + e.id % 6) as EnteredByUserInRoleGuid,
    5000 + d.ix as CodeId,
    d.dose as Dosage,
    d.quantity as Quantity,
    d.unit as QuantityUnit,
    null as ProblemObservationGuid,
    if(e.is_repeat, 56, 7) as CourseDurationInDays,
    round(d.pence / 100, 2) as EstimatedNhsCost,
    false as IsConfidential,
    has_come(e.deleted_on) as Deleted,
    e.id as ProcessingId
from gp_issue as e
join practice as p on p.ix = e.practice
join drug as d on d.ix = e.drug
where e.is_emis and (is_new(e.visible) or (has_come(e.visible) and is_new(e.deleted_on)))
order by e.id
