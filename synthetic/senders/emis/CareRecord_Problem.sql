select
    guid('emis observation', e.id) as ObservationGuid,
    guid('emis patient', e.rec) as PatientGuid,
    p.guid as OrganisationGuid,
    null as ParentProblemObservationGuid,
    has_come(e.deleted_on) as Deleted,
    null as Comment,
    known(e.resolved) as EndDate,
    if(has_come(e.resolved), 'YMD', null) as EndDatePrecision,
    null as ExpectedDuration,
    null as LastReviewDate,
    null as LastReviewDatePrecision,
    null as LastReviewUserInRoleGuid,
    null as ParentProblemRelationship,
    if(has_come(e.resolved), 'Past Problem', 'Active Problem') as ProblemStatusDescription,
    'Significant Problem' as SignificanceDescription,
    e.id as ProcessingId
from gp_observation as e
join practice as p on p.ix = e.practice
join code as c on c.ix = e.code
where e.is_emis and c.is_condition and has_come(e.visible)
    and (is_new(e.visible) or is_new(e.resolved) or is_new(e.deleted_on))
order by e.id
