-- Incidents: of attendances that came by ambulance (acute.sql) most, an hour before, by the number that the hospital
-- repeats or by none; and of one person in eight a call that led to none. Each is a patient record of its own.
create temp table incident as
select
    'conveyed|' || encounters_key as word, person_key, start_at - interval 64 minute as called_at,
    'See and convey to ED' as outcome, start_at - interval 4 minute as arrived_at,
    coalesce(ambulance_incident_key, made_key('number nobody repeated', hash(encounters_key))) as number_key,
from acute__encounters
where arrival_mode = '1048031000000100' and draw(hash(encounters_key), 'incident sent') < 0.9
union all
select
    'called|' || n, person_key, in_days(draw(n, 'incident on'), 700) + interval 13 hour,
    pick(['Hear and treat', 'See and treat', 'See and convey to ED', 'See and convey elsewhere'], draw(n, 'incident outcome')),
    null, made_key('incident number', n),
from people where draw(n, 'called') < 0.12;
insert into ambulance__encounters by name
select
    made_key('ambulance', word) as encounters_key,
    person_key, 'ambulance' as source, 'RRU' as sender,
    file_of('ambulance', 'incidents') as source_file_id, row_number() over (order by word) as source_row,
    'ambulance_incident' as activity_type, 'finished' as status, 'FLD' as class_code,
    called_at as start_at, called_at + interval 2 hour as end_at,
    'RRU' as provider_code, number_key as ambulance_incident_key, outcome as incident_outcome,
    pick(['C1', 'C2', 'C2', 'C3'], draw(hash(word), 'category of incident')) as response_category,
    1000 as response_seconds, if(arrived_at is null, null, 1200) as handover_seconds, arrived_at as arrived_at_hospital_at,
from incident;
insert into ambulance__patients by name
select
    patients.* exclude (n, patients_key, source_file_id, source_row),
    made_key('ambulance|patient', incidents.source_row) as patients_key, incidents.source_file_id, incidents.source_row,
from patients_of('ambulance', 'RRU') as patients
inner join ambulance__encounters as incidents using (person_key);
insert into person_sources
select * from linked_by('ambulance', 'RRU', 'algorithmic') inner join (select person_key from ambulance__encounters) using (person_key);
