select
    a.council as sender, 'EV' || e.id as event_reference, person_id(e.person) as person_id, y.event_type, v.service as service_type,
    c.component as service_component, u.route as route_of_access, o.outcome as event_outcome, true_day(e.start) as start_date,
    if(e.stop <= getvariable('end'), true_day(e.stop), null) as end_date, if(e.cared_for >= 0, person_id(e.cared_for), null) as cares_for,
    if(isnan(e.cost), null, e.cost) as unit_cost_gbp, c.frequency as cost_frequency, if(isnan(e.units), null, e.units) as planned_units
from care_event as e
join council as a on a.ix = e.borough
join care_event_type as y on y.ix = e.kind
join care_outcome as o on o.ix = e.outcome
join care_route as u on u.ix = e.route
join care_service as v on v.ix = e.service
join care_component as c on c.ix = e.component
order by e.id
