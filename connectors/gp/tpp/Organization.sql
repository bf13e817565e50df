-- Practices of the feed. Rows arrive only from practices that made them visible, so every one of them shares.
select
    own_id('Organization', "RowIdentifier") as id,
    uk_core_meta('Organization') as meta,
    said([wsic_boolean('DataSharing', true)]) as extension,
    said([if("ODSCode" is null, null, {'system': 'https://fhir.nhs.uk/Id/ods-organization-code', 'value': upper("ODSCode")})])
        as identifier,
    true as active,
    "OrganisationName" as name,
    null::varchar as _record_id, _file_id, _row, _extract_date
from "SROrganisation"
