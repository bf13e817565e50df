-- A service event: open while it has no end, or one after the extract. Cost is the planned cost as sent, sign
-- and all. Words of funding and frequency that the specification does not know are held back, not the service.
select
    own_id('EpisodeOfCare', concat_ws('|', "LA Code", _record_id, "Client Type", "Event Start Date",
                                      coalesce("Request: Route of Access", ''), coalesce("Service Type", ''),
                                      coalesce("Service Component", ''), coalesce("Delivery Mechanism", ''))) as id,
    uk_core_meta('EpisodeOfCare') as meta,
    said([
        wsic_code('ServiceComponent', "Service Component"),
        wsic_code('DeliveryMechanism', "Delivery Mechanism"),
        wsic_code('ClientType', "Client Type"),
        wsic_code('PrimarySupportReason', "Primary Support Reason"),
        wsic_code('EventOutcome', replace("Event Outcome", '–', '-')),
        wsic_code('FundingStatus', if("Client Funding Status" in (
            select word from lookup_words where column_name = 'Client Funding Status'), "Client Funding Status", null)),
        wsic_decimal('UnitCost', "Unit Cost"),
        wsic_code('CostFrequency', if("Cost Frequency (Unit Type)" in (
            select word from lookup_words where column_name = 'Cost Frequency (Unit Type)'), "Cost Frequency (Unit Type)", null)),
        wsic_decimal('PlannedUnits', "Planned units per week")
    ]) as extension,
    case
        when "Event Start Date" > _extract_date then 'planned'
        when "Event End Date" <= _extract_date then 'finished'
        else 'active'
    end as status,
    said([local_concept('episode-type', 'social_care_service'),
          local_concept('social-care-service-type', "Service Type")]) as type,
    own_reference('Patient', _record_id) as patient,
    ods_reference(getvariable('sender')) as managingOrganization,
    {'start': london("Event Start Date"), 'end': london("Event End Date")} as period,
    _record_id, _file_id, _row, _extract_date
from CLD
where "Event Type" = 'Service'
