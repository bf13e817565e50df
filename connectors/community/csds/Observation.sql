-- The observation of a care activity: SNOMED CT (scheme 03); other schemes are kept as sent under a system
-- of ours. A value that is a number is measured in the unit sent; any other value stays text
-- (OBSERVATION SCHEME IN USE, NHS Data Dictionary).
with activities as (
    select a.*, try_cast(a.ObservationValue as double) as measured, c.Contact_Date,
        c.AttendanceStatus in ('5', '6') as is_seen, r._record_id as person
    from CYP202 as a
    left join CYP201 as c using (CareContactID)
    left join CYP101 as r using (ServiceRequestID)
    where a.CodedObservation is not null
)

select
    own_id('Observation', CareActivityID) as id,
    uk_core_meta('Observation') as meta,
    'final' as status,
    coalesce(
        if(Observation_Scheme = '03', snomed(CodedObservation), null),
        local_concept('observation-scheme-' || coalesce(Observation_Scheme, 'not-sent'), CodedObservation)) as code,
    coalesce(own_reference('Patient', person), unresolved_patient('care-contact', CareContactID)) as subject,
    if(is_seen, own_reference('Encounter', CareContactID), null) as encounter,
    london(Contact_Date) as effectiveDateTime,
    if(measured is null or not isfinite(measured), null,
       {'value': measured, 'unit': UC_UnitOfMeasurement, 'code': UC_UnitOfMeasurement,
        'system': if(UC_UnitOfMeasurement is null, null, 'http://unitsofmeasure.org')}) as valueQuantity,
    if(measured is null or not isfinite(measured), ObservationValue, null) as valueString,
    person as _record_id, _file_id, _row, _extract_date
from activities
