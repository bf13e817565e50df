-- Every coded entry, those that open or continue a problem too (see Condition.sql): as in EMIS, where the entry
-- under a problem is an observation as well. CTV3 stands beside the SNOMED CT concept, or in its place.
select
    own_id('Observation', c."RowIdentifier") as id,
    uk_core_meta('Observation') as meta,
    'final' as status,
    also_coded(
        resolved_concept('http://snomed.info/sct', c."SNOMEDCode", 'ctv3', c."CTV3Code", coalesce(c."SNOMEDText", c."CTV3Text")),
        'ctv3', c."CTV3Code") as code,
    own_reference('Patient', c."IDPatient") as subject,
    own_reference('Encounter', c."IDEvent") as encounter,
    day_or_moment(c."DateEvent") as "effectiveDateTime",
    london_at(c."DateEventRecorded") as issued,
    if(coalesce(c."IsNumeric", true) and c."NumericValue" is not null, {
        'value': c."NumericValue",
        'comparator': if(c."NumericComparator" in ('<', '<=', '>', '>='), c."NumericComparator", null),
        'unit': coalesce(u.ucum, c."NumericUnit"), 'system': if(u.ucum is null, null, 'http://unitsofmeasure.org'), 'code': u.ucum
    }, null) as "valueQuantity",
    c._record_id, c._file_id, c._row, c._extract_date
from "SRCode" c
left join lookup_units u on u.unit = lower(c."NumericUnit")
