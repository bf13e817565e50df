-- Registrations with a practice, past and present.
with practices as (
    select "RowIdentifier" as id, upper("ODSCode") as ods_code from "SROrganisation"
)
select
    own_id('EpisodeOfCare', r."RowIdentifier") as id,
    uk_core_meta('EpisodeOfCare') as meta,
    said([wsic_code('RegistrationType',
        coalesce(t.registration_type, if(r."RegistrationStatus" is null, null, 'other')))]) as extension,
    if(r."DateDeRegistration" <= r._extract_date, 'finished', 'active') as status,
    [local_concept('episode-type', 'gp_registration')] as type,
    own_reference('Patient', r."IDPatient") as patient,
    ods_reference(coalesce(p.ods_code,
        ods_code_in(coalesce(r."IDOrganisationRegisteredAt", r."IDOrganisation"))))
        as "managingOrganization",
    {'start': strftime(r."DateRegistration", '%Y-%m-%d'), 'end': strftime(r."DateDeRegistration", '%Y-%m-%d')} as period,
    r._record_id, r._file_id, r._row, r._extract_date
from "SRPatientRegistration" r
left join practices p on p.id = coalesce(r."IDOrganisationRegisteredAt", r."IDOrganisation")
left join lookup_registration_types t on t.words = lower(r."RegistrationStatus")
