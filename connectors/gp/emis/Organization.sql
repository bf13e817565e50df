-- Practices and other organisations of the feed. A practice shares while its agreement is switched on and
-- neither disabled nor deleted; a practice without an agreement does not share.
select
    own_id('Organization', o."OrganisationGuid") as id,
    uk_core_meta('Organization') as meta,
    said([wsic_boolean('DataSharing', if(p."OrganisationGuid" is not null or s."OrganisationGuid" is not null
            or o."OrganisationType" ilike '%practice%',
        coalesce(s."IsActivated" and not coalesce(s."Disabled", false) and not coalesce(s."Deleted", false), false),
        null))]) as extension,
    said([if(o."ODSCode" is null, null, {'system': 'https://fhir.nhs.uk/Id/ods-organization-code', 'value': upper(o."ODSCode")})])
        as identifier,
    o."CloseDate" is null or o."CloseDate" > o._extract_date as active,
    o."OrganisationName" as name,
    ods_reference(upper(parent."ODSCode")) as "partOf",
    null::varchar as _record_id, o._file_id, o._row, o._extract_date
from "Admin_Organisation" o
left join "Admin_Organisation" parent on parent."OrganisationGuid" = o."ParentOrganisationGuid"
left join "Agreements_SharingOrganisation" s on s."OrganisationGuid" = o."OrganisationGuid"
left join (select distinct "OrganisationGuid" from "Admin_Patient") p on p."OrganisationGuid" = o."OrganisationGuid"
