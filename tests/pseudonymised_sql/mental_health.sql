insert into mental_health__patients by name
select * exclude (n) from patients_of('mental_health', 'RV3') where draw(n, 'mental') < 0.05;
insert into person_sources select * from linked_by('mental_health', 'RV3', 'cross_check') semi join mental_health__patients using (person_key);
insert into mental_health__encounters by name
select
    made_key('mental|contact|' || visit, n) as encounters_key,
    person_key, 'mental_health' as source, 'RV3' as sender,
    file_of('mental_health', 'encounters') as source_file_id, row_number() over (order by n, visit) as source_row,
    'mental_health_contact' as activity_type, 'finished' as status, 'AMB' as class_code,
    in_days(draw(n, 'team visit' || visit), 700) + interval 8 hour as start_at, 'RV3' as provider_code,
    '5' as attended_code, pick(['A02', 'A06', 'A08'], draw(n, 'mental team' || visit)) as team_type,
from people, (select unnest(range(10)) as visit) where draw(n, 'mental') < 0.05;
insert into mental_health__encounters by name
select
    made_key('mental|spell', n) as encounters_key,
    person_key, 'mental_health' as source, 'RV3' as sender,
    file_of('mental_health', 'spells') as source_file_id, row_number() over (order by n) as source_row,
    'mental_health_spell' as activity_type, 'finished' as status, 'IMP' as class_code,
    in_days(draw(n, 'mental stay'), 600) as start_at,
    if(draw(n, 'still in') < 0.2, null, in_days(draw(n, 'mental stay'), 600) + interval 1 day) as end_at,
    'RV3' as provider_code, '28' as admission_method,
from people where draw(n, 'mental') < 0.01;
insert into mental_health__encounters by name
select
    made_key('mental|ward', n) as encounters_key, made_key('mental|spell', n) as part_of_key,
    person_key, 'mental_health' as source, 'RV3' as sender,
    file_of('mental_health', 'wards') as source_file_id, row_number() over (order by n) as source_row,
    'ward_stay' as activity_type, 'finished' as status, 'IMP' as class_code,
    in_days(draw(n, 'mental stay'), 600) as start_at, '01' as ward_type,
from people where draw(n, 'mental') < 0.01;
