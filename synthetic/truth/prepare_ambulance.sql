-- Every patient of an incident is a record of its own, whoever the crew took them for.
insert into all_records
select 'ambulance', 'RRU', incident_number(i) || '-1', i.person, 'ambulance_incident', i.record
from ambulance_incident as i where i.day <= getvariable('end');
