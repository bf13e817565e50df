select
    s.id as spell_id, person_id(s.person) as person_id, t.code as provider_code, 'S' || lpad(s.id::varchar, 10, '0') as spell_number,
    s."group" as inpatient_group_id, true_day(s.admit) as admitted_on, if(s.leave <= getvariable('end'), true_day(s.leave), null) as discharged_on,
    true_day(s.leave) as planned_discharge_on, if(s.ready <= getvariable('end'), true_day(s.ready), null) as discharge_ready_on,
    s.method as admission_method, s.source as source_of_admission, s.discharge_method, s.destination as discharge_destination,
    s.classification as patient_classification, s.is_emergency, s.primary_icd10, s.external as external_cause_icd10, s.hrg,
    s.specialty as treatment_function_code, s.died as died_in_hospital, s.is_restricted, s.is_withheld,
    s.moved_on as ends_in_transfer, s.moved_in as begins_with_transfer,
    if(s.attendance > 0, t.code || 'E' || lpad(s.attendance::varchar, 12, '0'), null) as attendance_identifier
from spell as s join acute_trust as t on t.ix = s.trust
order by s.id
