-- The providers that submission headers name.
select
    own_id('Organization', OrgID_Provider) as id,
    uk_core_meta('Organization') as meta,
    [{'system': 'https://fhir.nhs.uk/Id/ods-organization-code', 'value': OrgID_Provider}] as identifier,
    true as active,
    null::varchar as _record_id,
    arg_max(_file_id, (_extract_date, _file_id, _row)) as _file_id,
    arg_max(_row, (_extract_date, _file_id, _row)) as _row,
    max(_extract_date) as _extract_date
from CYP000
group by OrgID_Provider
