-- One condition per diagnosis of an episode, an outpatient attendance or an emergency attendance, with its rank.
with coded as (
    select GeneratedRecordIdentifier as encounter, _record_id, _file_id, _row, _extract_date,
        WithheldIdentityReason is not null as is_withheld, StartDateConsultantEpisode as recorded_on,
        'http://hl7.org/fhir/sid/icd-10-uk' as system,
        unnest(list_transform([
            PrimaryDiagnosisICD, SecondaryDiagnosisICD_01, SecondaryDiagnosisICD_02, SecondaryDiagnosisICD_03,
            SecondaryDiagnosisICD_04, SecondaryDiagnosisICD_05, SecondaryDiagnosisICD_06, SecondaryDiagnosisICD_07,
            SecondaryDiagnosisICD_08, SecondaryDiagnosisICD_09, SecondaryDiagnosisICD_10, SecondaryDiagnosisICD_11,
            SecondaryDiagnosisICD_12], lambda sent, rank: {'code': icd10_code(sent), 'rank': rank})) as item
    from APC
    union all
    select GeneratedRecordIdentifier || '|op', _record_id, _file_id, _row, _extract_date,
        WithheldIdentityReason is not null, AppointmentDate,
        'http://hl7.org/fhir/sid/icd-10-uk',
        {'code': icd10_code(PrimaryDiagnosisICD), 'rank': 1}
    from OP
    where AttendedOrDidNotAttend in ('5', '6')
    union all
    select AttendanceUniqueIdentifier || '|ec', _record_id, _file_id, _row, _extract_date,
        WithheldIdentityReason is not null, Arrival_Date,
        'http://snomed.info/sct',
        unnest(list_transform([EC_Diagnosis_01, EC_Diagnosis_02, EC_Diagnosis_03],
            lambda sent, rank: {'code': snomed(sent).coding[1].code, 'rank': rank}))
    from ECDS
)

select
    own_id('Condition', encounter || '|dx|' || item.rank) as id,
    uk_core_meta('Condition', is_withheld) as meta,
    [wsic_integer('Rank', item.rank)] as extension,
    [concept('http://terminology.hl7.org/CodeSystem/condition-category', 'encounter-diagnosis')] as category,
    concept(system, item.code) as code,
    own_reference('Patient', _record_id) as subject,
    own_reference('Encounter', encounter) as encounter,
    london(recorded_on) as recordedDate,
    _record_id, _file_id, _row, _extract_date
from coded
where item.code is not null
