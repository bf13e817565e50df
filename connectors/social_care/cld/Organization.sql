-- The council whose feed this is; its own code for itself stands beside the ODS code.
select
    own_id('Organization', getvariable('sender')) as id,
    uk_core_meta('Organization') as meta,
    said([
        {'system': 'https://fhir.nhs.uk/Id/ods-organization-code', 'value': getvariable('sender')},
        {'system': 'https://fhir.wsic.example/Id/la-code', 'value': arg_max("LA Code", (_extract_date, _file_id, _row))}
    ]) as identifier,
    true as active,
    null::varchar as _record_id,
    arg_max(_file_id, (_extract_date, _file_id, _row)) as _file_id,
    arg_max(_row, (_extract_date, _file_id, _row)) as _row,
    max(_extract_date) as _extract_date
from CLD
having count(*) > 0
