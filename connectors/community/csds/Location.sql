-- The sites that contacts name.
select
    own_id('Location', Treatment_OrgSiteID) as id,
    uk_core_meta('Location') as meta,
    [{'system': 'https://fhir.nhs.uk/Id/ods-site-code', 'value': Treatment_OrgSiteID}] as identifier,
    'active' as status,
    ods_reference(getvariable('sender')) as managingOrganization,
    null::varchar as _record_id,
    arg_max(_file_id, (_extract_date, _file_id, _row)) as _file_id,
    arg_max(_row, (_extract_date, _file_id, _row)) as _row,
    max(_extract_date) as _extract_date
from CYP201
where Treatment_OrgSiteID is not null
group by Treatment_OrgSiteID
