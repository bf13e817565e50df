-- What the council knows of a person's conditions: the latest answer to each flag, where it is yes, as the
-- SNOMED CT concept above all such diagnoses (parameters, not a release; sources: NHS QOF register parents for
-- dementia 52448006 and learning disability 110359009; SNOMED CT browser for 408856003 autistic disorder,
-- 397540003 visual impairment, 15188001 hearing loss). Recorded on the first day an event carried it.
with answers as (
    select _record_id, _file_id, _row, _extract_date, "Event Start Date" as happened_on,
        (_extract_date, coalesce("Reporting Period End Date", _extract_date), "Event Start Date", _file_id, _row) as latest,
        unnest([
            {'code': '52448006', 'answer': "Dementia"},
            {'code': '408856003', 'answer': "Autism Spectrum Disorder (ASD)"},
            {'code': '397540003', 'answer': "Visual Impairment"},
            {'code': '15188001', 'answer': "Hearing Impairment"},
            {'code': '110359009', 'answer': if("Primary Support Reason" = 'Learning Disability Support', 'Yes', null)}
        ]) as flag
    from CLD
),

flags as (
    select answers._record_id, answers.flag.code as code,
        arg_max(_file_id, latest) as _file_id,
        arg_max(_row, latest) as _row,
        max(_extract_date) as _extract_date,
        arg_max(known.is_so = 'yes', latest) as is_so,
        min(happened_on) filter (where known.is_so = 'yes') as recorded_on
    from answers
    -- Any other answer (unknown, not recorded, words of no list) says nothing, and the earlier answer stands.
    join lookup_flag_answers as known on known.answer = lower(answers.flag.answer)
    group by answers._record_id, answers.flag.code
)

select
    own_id('Condition', _record_id || '|' || code) as id,
    uk_core_meta('Condition') as meta,
    concept('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active') as clinicalStatus,
    [local_concept('condition-category', 'social-care-flag')] as category,
    snomed(code) as code,
    own_reference('Patient', _record_id) as subject,
    london(recorded_on) as recordedDate,
    _record_id, _file_id, _row, _extract_date
from flags
where is_so
