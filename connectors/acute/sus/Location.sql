-- The sites of treatment that the trust's rows name.
with named as (
    select SiteCodeOfTreatment as site, OrganisationCodeCodeOfProvider as provider, _file_id, _row, _extract_date from APC
    union all select SiteCodeOfTreatment, OrganisationCodeCodeOfProvider, _file_id, _row, _extract_date from OP
    union all select SiteCodeOfTreatment, OrganisationCodeCodeOfProvider, _file_id, _row, _extract_date from ECDS
)

select
    own_id('Location', site) as id,
    uk_core_meta('Location') as meta,
    [{'system': 'https://fhir.nhs.uk/Id/ods-site-code', 'value': site}] as identifier,
    'active' as status,
    ods_reference(coalesce(arg_max(provider, (_extract_date, _file_id, _row)), getvariable('sender'))) as managingOrganization,
    null::varchar as _record_id,
    arg_max(_file_id, (_extract_date, _file_id, _row)) as _file_id,
    arg_max(_row, (_extract_date, _file_id, _row)) as _row,
    max(_extract_date) as _extract_date
from named
where site is not null
group by site
