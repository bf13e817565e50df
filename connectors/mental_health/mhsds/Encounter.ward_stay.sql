-- One encounter per ward stay, part of its spell; the person is that of the spell's referral.
with stays as (
    select w.*, r._record_id as person
    from MHS502 as w
    left join MHS501 as s using (HospProvSpellID)
    left join MHS101 as r using (ServiceRequestID)
)

select
    own_id('Encounter', 'ward-stay|' || WardStayID) as id,
    uk_core_meta('Encounter') as meta,
    said([wsic_code('WardType', WardType)]) as extension,
    if(EndDateWardStay is null, 'in-progress', 'finished') as status,
    encounter_class('IMP') as class,
    [local_concept('activity-type', 'ward_stay')] as type,
    coalesce(own_reference('Patient', person), unresolved_patient('hospital-provider-spell', HospProvSpellID)) as subject,
    {'start': london(StartDateWardStay), 'end': london(EndDateWardStay)} as period,
    ods_reference(getvariable('sender')) as serviceProvider,
    own_reference('Encounter', 'spell|' || HospProvSpellID) as partOf,
    person as _record_id, _file_id, _row, _extract_date
from stays
