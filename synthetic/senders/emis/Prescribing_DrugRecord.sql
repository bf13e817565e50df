select
    guid('emis drug', e.id) as DrugRecordGuid,
    guid('emis patient', e.rec) as PatientGuid,
    p.guid as OrganisationGuid,
    day(e.day) as EffectiveDate,
    'YMD' as EffectiveDatePrecision,
    day(e.day) as EnteredDate,
    guid('emis user', e.practice * 10 + e.id % 6) as ClinicanUserInRoleGuid,
    guid('emis user', e.practice * 10 + e.id % 6) as EnteredByUserInRoleGuid,
    5000 + d.ix as CodeId,
    d.dose as Dosage,
    d.quantity as Quantity,
    d.unit as QuantityUnit,
    null as ProblemObservationGuid,
    if(e.is_repeat, 'Repeat', 'Acute') as PrescriptionType,
    e.is_repeat and not has_come(e.stop) as IsActive,
    known(e.stop) as CancellationDate,
    if(e.is_repeat, null, 1) as NumberOfIssues,
    if(e.is_repeat, 6, 1) as NumberOfIssuesAuthorised,
    false as IsConfidential,
    false as Deleted,
    e.id as ProcessingId
from gp_authorisation as e
join practice as p on p.ix = e.practice
join drug as d on d.ix = e.drug
where e.is_emis and has_come(e.visible) and (is_new(e.visible) or is_new(e.stop))
order by e.id
