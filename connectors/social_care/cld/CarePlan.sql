-- The plan that a service event carries out: one activity, of the service component.
select
    own_id('CarePlan', concat_ws('|', "LA Code", _record_id, "Client Type", "Event Start Date",
                                 coalesce("Request: Route of Access", ''), coalesce("Service Type", ''),
                                 coalesce("Service Component", ''), coalesce("Delivery Mechanism", ''))) as id,
    uk_core_meta('CarePlan') as meta,
    if("Event End Date" <= _extract_date, 'completed', 'active') as status,
    'plan' as intent,
    [local_concept('care-plan-category', 'social_care_service')] as category,
    own_reference('Patient', _record_id) as subject,
    {'start': london("Event Start Date"), 'end': london("Event End Date")} as period,
    [{'detail': {
        'code': local_concept('social-care-service-component', coalesce("Service Component", "Service Type")),
        'status': case
            when "Event Start Date" > _extract_date then 'scheduled'
            when "Event End Date" <= _extract_date then 'completed'
            else 'in-progress'
        end,
        'scheduledPeriod': {'start': london("Event Start Date"), 'end': london("Event End Date")}}}] as activity,
    _record_id, _file_id, _row, _extract_date
from CLD
where "Event Type" = 'Service'
