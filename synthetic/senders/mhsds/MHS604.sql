select
    'MR' || e.id as ServiceRequestID, if(e.id % 4 = 0, '06', '02') as DiagSchemeInUse,
    if(e.id % 4 = 0, e.diagnosis_snomed, e.diagnosis_icd10) as PrimDiag,
    strftime(day(e.day + 7), '%Y-%m-%dT10:00:00') as CodedDiagTimestamp
from active as e
where e.diagnosis_icd10 is not null and has_come(e.day + 7)
order by e.id
