select
    'K' || e.id as CareActivityID, 'C' || e.id as CareContactID, '02' as Activity_Type, null as CareProfessionalID_Local,
    e.minutes as CareActivity_Duration, if(a.is_observed, null, '06') as Procedure_Scheme,
    if(a.is_observed, null, a.snomed) as CodedProcedure, null as Finding_Scheme, null as CodedFinding,
    if(a.is_observed, '03', null) as Observation_Scheme, if(a.is_observed, a.snomed, null) as CodedObservation,
    if(a.is_observed, round(a.low + (a.high - a.low) * e.value)::varchar, null) as ObservationValue,
    if(a.is_observed, a.unit, null) as UC_UnitOfMeasurement
from community_contact as e
join activity as a on a.ix = e.activity
where e.trust = getvariable('sender') and e.day between getvariable('period_start') and getvariable('period_end')
    and e.status in ('5', '6')
order by e.id
