-- The providers that the trust's rows name.
with named as (
    select OrganisationCodeCodeOfProvider as ods_code, _file_id, _row, _extract_date from APC
    union all select OrganisationCodeCodeOfProvider, _file_id, _row, _extract_date from OP
    union all select OrganisationCodeCodeOfProvider, _file_id, _row, _extract_date from ECDS
)

select
    own_id('Organization', ods_code) as id,
    uk_core_meta('Organization') as meta,
    [{'system': 'https://fhir.nhs.uk/Id/ods-organization-code', 'value': ods_code}] as identifier,
    true as active,
    null::varchar as _record_id,
    arg_max(_file_id, (_extract_date, _file_id, _row)) as _file_id,
    arg_max(_row, (_extract_date, _file_id, _row)) as _row,
    max(_extract_date) as _extract_date
from named
where ods_code is not null
group by ods_code
