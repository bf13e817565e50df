select
    e.id as RowIdentifier,
    p.code as IDOrganisationVisibleTo,
    has_come(e.deleted_on)::integer as RemovedData,
    tpp_time(day(e.entered), 540 + e.id % 480) as DateEventRecorded,
    tpp_time(case e.precision when 1 then date_trunc('year', day(e.day))::date
        when 2 then date_trunc('month', day(e.day))::date else day(e.day) end) as DateEvent,
    null as CTV3Code,
    null as CTV3Text,
    c.snomed as SNOMEDCode,
    c.term as SNOMEDText,
    null as NumericComparator,
    (not isnan(e.value))::integer as IsNumeric,
    if(isnan(e.value), null, e.value) as NumericValue,
    nullif(e.unit, '') as NumericUnit,
    if(c.is_condition, 'First', null) as EpisodeType,
    null as IDTemplate,
    null as IDQuestionnaire,
    if(e.consultation > 0, e.consultation, null) as IDEvent,
    e.rec as IDPatient,
    null as IDReferralIn,
    null as IDAppointment,
    null as IDVisit,
    p.code as IDOrganisation,
    p.code as IDOrganisationRegisteredAt
from gp_observation as e
join practice as p on p.ix = e.practice
join code as c on c.ix = e.code
where not e.is_emis and (is_new(e.visible) or (has_come(e.visible) and is_new(e.deleted_on)))
order by e.id
