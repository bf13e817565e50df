-- A request for support. A word of access that the specification does not know is held back, not the request.
select
    own_id('ServiceRequest', concat_ws('|', "LA Code", _record_id, "Client Type", "Event Start Date",
                                       coalesce("Request: Route of Access", ''), coalesce("Service Type", ''),
                                       coalesce("Service Component", ''), coalesce("Delivery Mechanism", ''))) as id,
    uk_core_meta('ServiceRequest') as meta,
    said([
        wsic_code('RouteOfAccess', if("Request: Route of Access" in (
            select word from lookup_words where column_name = 'Request: Route of Access'), "Request: Route of Access", null)),
        wsic_code('EventOutcome', replace("Event Outcome", '–', '-'))
    ]) as extension,
    if("Event End Date" is null, 'active', 'completed') as status,
    'order' as intent,
    [local_concept('activity-type', 'social_care_request')] as category,
    own_reference('Patient', _record_id) as subject,
    london("Event Start Date") as authoredOn,
    {'start': london("Event Start Date"), 'end': london("Event End Date")} as occurrencePeriod,
    [ods_reference(getvariable('sender'))] as performer,
    _record_id, _file_id, _row, _extract_date
from CLD
where "Event Type" = 'Request'
