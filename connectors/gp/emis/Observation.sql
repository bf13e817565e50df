-- Every coded entry that is not an allergy or an immunisation (they have resources of their own). The entry that
-- a problem rests on is an Observation too: the Problem row becomes the Condition. A value that is a number,
-- with or without a comparator, is a quantity; any other value is text and stays in the identifiable zone.
with entries as (
    select
        o.*,
        regexp_full_match(o."Value", '(<=|>=|<|>)?\s*[+-]?(\d+(\.\d*)?|\.\d+)') as is_number,
        coalesce(u.ucum, o."NumericUnit") as unit,
        u.ucum
    from "CareRecord_Observation" o
    left join lookup_units u on u.unit = lower(o."NumericUnit")
    where lower(coalesce(o."ObservationType", '')) not in ('allergy', 'immunisation')
)
select
    own_id('Observation', o."ObservationGuid") as id,
    uk_core_meta('Observation', coalesce(o."IsConfidential", false)) as meta,
    'final' as status,
    also_coded(
        resolved_concept('http://snomed.info/sct', code."SnomedCTConceptId", 'emis-code-id', o."CodeId", code."Term"),
        'read-v2', code."ReadTermId") as code,
    own_reference('Patient', o."PatientGuid") as subject,
    own_reference('Encounter', o."ConsultationGuid") as encounter,
    partial_date(o."EffectiveDate", o."EffectiveDatePrecision") as "effectiveDateTime",
    london_instant(o."EnteredDate", o."EnteredTime") as issued,
    if(o.is_number, {
        'value': try_cast(regexp_extract(o."Value", '[+-]?[0-9.]+$') as double),
        'comparator': nullif(regexp_extract(o."Value", '^(<=|>=|<|>)'), ''),
        'unit': o.unit, 'system': if(o.ucum is null, null, 'http://unitsofmeasure.org'), 'code': o.ucum
    }, null) as "valueQuantity",
    if(o.is_number, null, o."Value") as "valueString",
    if(o."AssociatedText" is null, null, [{'text': o."AssociatedText"}]) as note,
    if(coalesce(o."NumericRangeLow", o."NumericRangeHigh") is null, null, [{
        'low': if(o."NumericRangeLow" is null, null, {'value': o."NumericRangeLow", 'unit': o.unit}),
        'high': if(o."NumericRangeHigh" is null, null, {'value': o."NumericRangeHigh", 'unit': o.unit})
    }]) as "referenceRange",
    o._record_id, o._file_id, o._row, o._extract_date
from entries o
left join "Coding_ClinicalCode" code on code."CodeId" = o."CodeId"
