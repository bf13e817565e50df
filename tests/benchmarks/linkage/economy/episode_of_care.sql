-- known (one GP feed's records) -> registrations as the connectors map them to EpisodeOfCare.
with spells as (
    select *, unnest(registrations, max_depth := 2) from (select record_id, file_id, row_number, extract_date, is_restricted, registrations from known)
)

select
    own_id('EpisodeOfCare', "key") as id,
    uk_core_meta('EpisodeOfCare', is_restricted) as meta,
    said([wsic_code('RegistrationType', if(is_regular, 'regular', 'temporary'))]) as extension,
    if(ended_on <= extract_date, 'finished', 'active') as status,
    [local_concept('episode-type', 'gp_registration')] as type,
    own_reference('Patient', record_id) as patient,
    ods_reference(practice) as "managingOrganization",
    {'start': strftime(started_on, '%Y-%m-%d'), 'end': strftime(ended_on, '%Y-%m-%d')} as period,
    record_id as _record_id,
    file_id as _file_id,
    row_number as _row,
    extract_date as _extract_date
from spells
