-- Entries with an episode type are problems: first (F) and new (N) open one, ongoing (O) says that it lasts.
-- Each becomes a condition of the problem list beside its observation; the extract has no end date for them.
select
    own_id('Condition', c."RowIdentifier") as id,
    uk_core_meta('Condition') as meta,
    said([case when upper(left(c."EpisodeType", 1)) = 'F' then {'url': ukcore_url('ConditionEpisode'), 'valueCode': 'first'}
               when upper(left(c."EpisodeType", 1)) = 'N' then {'url': ukcore_url('ConditionEpisode'), 'valueCode': 'new'} end])
        as extension,
    concept('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active') as "clinicalStatus",
    [concept('http://terminology.hl7.org/CodeSystem/condition-category', 'problem-list-item')] as category,
    also_coded(
        resolved_concept('http://snomed.info/sct', c."SNOMEDCode", 'ctv3', c."CTV3Code", coalesce(c."SNOMEDText", c."CTV3Text")),
        'ctv3', c."CTV3Code") as code,
    own_reference('Patient', c."IDPatient") as subject,
    own_reference('Encounter', c."IDEvent") as encounter,
    day_or_moment(c."DateEvent") as "onsetDateTime",
    day_or_moment(c."DateEventRecorded") as "recordedDate",
    c._record_id, c._file_id, c._row, c._extract_date
from "SRCode" c
where upper(c."EpisodeType") in ('F', 'N', 'O', 'FIRST', 'NEW', 'ONGOING')
