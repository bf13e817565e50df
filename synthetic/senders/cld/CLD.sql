select
    a.gss as "LA Code",
    a.name as "LA Name",
    day(getvariable('period_start')) as "Reporting Period Start Date",
    day(getvariable('period_end')) as "Reporting Period End Date",
    number_of(r) as "NHS Number",
    a.council || lpad(r.local::varchar, 8, '0') as "LA Person Unique Identifier",
    r.given as "First Name",
    r.surname as "Last Name",
    g.name as "GP Practice Name",
    g.code as "GP Practice Code",
    if(r.sex = 1, 'Male', 'Female') as "Gender",
    if(r.ethnic_draw < 0.06, 'Z', r.ethnic_category) as "Ethnicity",
    day(r.born) as "Date of Birth",
    known(r.death) as "Date of Death",
    if(e.cared_for >= 0, 'Carer', 'Service User') as "Client Type",
    if(e.cared_for >= 0, 'Social Support: Support to Carer', w.reason) as "Primary Support Reason",
    postcode_of(r) as "Postcode",
    case when r.is_homeless then 'Placed in temporary accommodation by the council (inc. homelessness resettlement)' when e.service = 3 then 'Registered care home'
        when e.service = 4 then 'Registered nursing home' when r.record % 3 = 0 then 'Tenant' else 'Owner occupier or shared ownership scheme' end
        as "Accommodation Status",
    if(r.born > getvariable('until') - 24000 and r.record % 4 = 0, 'Paid: less than 16 hours a week', 'Not in paid employment') as "Employment Status",
    if(r.record % 3 = 0, 'Yes', 'No') as "Has Unpaid Carer",
    'No' as "Autism Spectrum Disorder (ASD)",
    'No' as "Visual Impairment",
    if(r.record % 11 = 0, 'Yes', 'No') as "Hearing Impairment",
    if(e.dementia, 'Yes', 'No') as "Dementia",
    if(e.kind = 2, if(e.detail < 0.6, 'Joint client and social care funded', 'Fully social care funded'), null) as "Client Funding Status",
    y.event_type as "Event Type",
    'EV' || e.id as "Event Reference",
    day(e.start) as "Event Start Date",
    if(e.stop <= getvariable('period_end'), day(e.stop), null) as "Event End Date",
    if(e.id % 25 = 0, 'See notes of visit', null) as "Event Description",
    if(e.kind = 2 and e.stop > getvariable('period_end'), 'Provision of service', o.outcome) as "Event Outcome",
    if(e.kind = 0, u.route, null) as "Request: Route of Access",
    if(e.kind = 1, if(e.cared_for >= 0, 'Carer assessment', 'Long Term Assessment'), null) as "Assessment Type",
    if(e.kind = 1, if(e.outcome = 3, 'Yes - eligible needs identified', 'No - no eligible needs identified'), null) as "Eligible Needs Identified",
    if(e.kind = 1, if(e.detail < 0.7, 'Face to face', 'Telephone'), null) as "Method of Assessment",
    if(e.kind = 1 and e.cared_for >= 0, if(e.detail < 0.5, '20-49', '50-99'), null) as "Total Hrs Caring per week",
    if(e.cared_for >= 0, 1, null) as "No. of adults being cared for",
    e.cared_for_id as "Adult 1 Linked Person_ID",
    null as "Adult 2 Linked Person_ID",
    null as "Adult 3 Linked Person_ID",
    if(e.kind = 2, v.service, null) as "Service Type",
    if(e.kind = 2, c.component, null) as "Service Component",
    if(e.kind = 2, [null, 'Direct Payment', 'CASSR Managed Personal Budget', 'CASSR Commissioned Support'][e.mechanism + 1], null) as "Delivery Mechanism",
    if(e.service in (3, 4), 'Care home ' || (e.id % 40), null) as "Provider CQC Location Name",
    if(e.service in (3, 4), '1-' || (100000000 + e.id % 40), null) as "Provider CQC Location ID",
    if(e.kind = 3, if(e.detail < 0.8, 'Planned', 'Unplanned - other reason'), null) as "Review Reason",
    if(e.kind = 3, if(e.detail < 0.6, 'Fully achieved', 'Partially achieved'), null) as "Review Outcomes Achieved",
    if(e.kind = 3, if(e.detail < 0.7, 'Face to face', 'Telephone'), null) as "Method of Review",
    if(isnan(e.cost), null, e.cost) as "Unit Cost",
    if(isnan(e.cost), null, c.frequency) as "Cost Frequency (Unit Type)",
    if(isnan(e.units), null, e.units) as "Planned units per week"
from care_event as e
join council_record as r on r.record = e.record
join council as a on a.ix = e.borough
left join practice as g on g.ix = if(e.start >= r.switched_on, r.practice_ix_now, r.practice_ix)
join care_reason as w on w.ix = e.reason
join care_event_type as y on y.ix = e.kind
join care_outcome as o on o.ix = e.outcome
join care_route as u on u.ix = e.route
join care_service as v on v.ix = e.service
join care_component as c on c.ix = e.component
where e.borough = getvariable('sender') and e.start <= getvariable('period_end')
    and case when e.kind = 2 then e.stop >= getvariable('period_start')
        else e.stop between getvariable('period_start') and getvariable('period_end') end
order by e.id
