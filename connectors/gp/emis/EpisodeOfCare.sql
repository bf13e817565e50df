-- The registration of a patient with the practice that holds the record.
select
    own_id('EpisodeOfCare', p."PatientGuid") as id,
    uk_core_meta('EpisodeOfCare', coalesce(p."IsConfidential", false) or coalesce(p."SpineSensitive", false)) as meta,
    said([wsic_code('RegistrationType',
        coalesce(t.registration_type, if(p."PatientTypeDescription" is null, null, 'other')))]) as extension,
    if(p."DateOfDeactivation" <= p._extract_date, 'finished', 'active') as status,
    [local_concept('episode-type', 'gp_registration')] as type,
    own_reference('Patient', p."PatientGuid") as patient,
    ods_reference(upper(org."ODSCode")) as "managingOrganization",
    {'start': strftime(p."DateOfRegistration", '%Y-%m-%d'), 'end': strftime(p."DateOfDeactivation", '%Y-%m-%d')} as period,
    p._record_id, p._file_id, p._row, p._extract_date
from "Admin_Patient" p
left join "Admin_Organisation" org on org."OrganisationGuid" = p."OrganisationGuid"
left join lookup_registration_types t on t.words = lower(p."PatientTypeDescription")
where p."DateOfRegistration" is not null
