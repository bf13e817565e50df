-- An assessment or a review, where the person is met by the council. A word of assessment type that the
-- specification does not know is held back, not the assessment.
select
    own_id('Encounter', concat_ws('|', "LA Code", _record_id, "Client Type", "Event Type", "Event Start Date",
                                  coalesce("Request: Route of Access", ''), coalesce("Service Type", ''),
                                  coalesce("Service Component", ''), coalesce("Delivery Mechanism", ''))) as id,
    uk_core_meta('Encounter') as meta,
    said([
        wsic_code('AssessmentType', if("Assessment Type" in (
            select word from lookup_words where column_name = 'Assessment Type'), "Assessment Type", null)),
        wsic_code('EventOutcome', replace("Event Outcome", '–', '-'))
    ]) as extension,
    if("Event End Date" is null, 'in-progress', 'finished') as status,
    encounter_class('FLD') as class,
    [local_concept('activity-type',
                   if("Event Type" = 'Review', 'social_care_review', 'social_care_assessment'))] as type,
    own_reference('Patient', _record_id) as subject,
    {'start': london("Event Start Date"), 'end': london("Event End Date")} as period,
    ods_reference(getvariable('sender')) as serviceProvider,
    _record_id, _file_id, _row, _extract_date
from CLD
where "Event Type" in ('Assessment', 'Review')
