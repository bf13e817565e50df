insert into acute__patients by name select * exclude (n) from patients_of('acute', 'R1K') where draw(n, 'acute') < 0.6;
insert into person_sources select * from linked_by('acute', 'R1K', 'cross_check') semi join acute__patients using (person_key);
create table stays as
select
    people.*,
    stay,
    made_key('acute|spell|' || stay, n) as spell_key,
    in_days(draw(n, 'admitted' || stay), 730) as admitted_at,
    floor(pow(draw(n, 'nights' || stay), 4) * 40)::integer as nights,
    pick(['21', '21', '22', '2A', '12', '11', '31'], draw(n, 'method' || stay)) as admission_method,
from people, (select unnest(range(3)) as stay)
where draw(n, 'acute') < 0.6 and draw(n, 'stays' || stay) < if(born_on < date '1961-01-01', 0.35, 0.15);
-- Some people come back within weeks, and some of those who died came again and again before.
insert into stays
select * replace (
    30 + stay as stay, made_key('acute|spell|back|' || stay, n) as spell_key, '21' as admission_method,
    admitted_at + to_days(nights + floor(draw(n, 'back' || stay) * 40)::integer) as admitted_at
)
from stays where draw(n, 'comes back' || stay) < 0.3;
insert into stays
select
    people.*, 20 + time as stay, made_key('acute|spell|last|' || time, n) as spell_key,
    (died_on - pick([2, 30, 60, 89, 90, 91], draw(n, 'last' || time)))::timestamp as admitted_at,
    2 as nights, pick(['21', '21', '22', '11'], draw(n, 'last method' || time)) as admission_method,
from people, (select unnest(range(6)) as time)
where draw(n, 'acute') < 0.6 and is_dead;
-- People whom the council serves, and some others, came home of late from an emergency stay.
insert into stays
select
    people.*, 8 as stay, made_key('acute|spell|8', n) as spell_key,
    getvariable('as_of')::timestamp - to_days(12 + n % 3) as admitted_at, 4 as nights, '21' as admission_method,
from people
where draw(n, 'acute') < 0.6 and (draw(n, 'council user') < 0.06 or n % 10 = 3);
-- Some stays go on at another hospital on the day of discharge.
insert into stays
select * replace (
    9 as stay, made_key('acute|spell|9|' || stay, n) as spell_key,
    admitted_at + to_days(nights) as admitted_at, '81' as admission_method
)
from stays where draw(n, 'transfer' || stay) < 0.08;
-- In the last night some whom the council serves were admitted; one in three a week ago, and is ready to leave or soon so.
insert into stays
select
    people.*, 7 as stay, made_key('acute|spell|7', n) as spell_key,
    getvariable('as_of')::timestamp + to_hours(if(n % 3 = 0, -163, 5)) as admitted_at,
    if(n % 3 = 0, 30, 3) as nights, '21' as admission_method,
from people
where draw(n, 'acute') < 0.6 and draw(n, 'council user') < 0.06;
-- Some of them are told to come the day after the night, and why.
insert into stays
select
    people.*, 6 as stay, made_key('acute|spell|6', n) as spell_key,
    getvariable('as_of')::timestamp + interval 1 day as admitted_at, 2 as nights, '11' as admission_method,
from people
where draw(n, 'acute') < 0.6 and draw(n, 'council user') < 0.06 and not is_dead;
insert into acute__encounters by name
select
    spell_key as encounters_key, person_key, 'acute' as source, if(stay = 9, 'RQM', 'R1K') as sender,
    file_of('acute', 'spells') as source_file_id, row_number() over (order by spell_key) as source_row,
    'inpatient_spell' as activity_type, 'finished' as status, 'IMP' as class_code,
    admitted_at as start_at,
    if(admitted_at + to_days(nights) > getvariable('as_of'), null, admitted_at + to_days(nights)) as end_at,
    if(stay = 9, 'RQM', 'R1K') as provider_code,
    pick(['1', '1', '1', '2', '5'], draw(n, 'class' || stay)) as patient_classification,
    admission_method, pick(['19', '19', '19', '19', '51'], draw(n, 'source' || stay)) as source_of_admission,
    if(is_dead and admitted_at + to_days(nights) >= died_on, '4', '1') as discharge_method,
    pick(['19', '19', '51', '54'], draw(n, 'destination' || stay)) as discharge_destination,
    case
        when stay = 7 and n % 3 = 0 then getvariable('as_of')::date + 1 - (n // 3 % 6)::integer
        when nights > 1 then (admitted_at + to_days(nights - pick([0, 1, 2], draw(n, 'ready' || stay))))::date
    end as discharge_ready_on,
    pick(['DZ11S', 'EB03A', 'LA04Q'], draw(n, 'hrg' || stay)) as hrg_code,
from stays;
insert into acute__encounters by name
select
    made_key('acute|episode|' || episode, spell_key) as encounters_key, spell_key as part_of_key,
    person_key, 'acute' as source, if(stay = 9, 'RQM', 'R1K') as sender,
    file_of('acute', 'episodes') as source_file_id, row_number() over (order by spell_key, episode) as source_row,
    'hospital_episode' as activity_type, 'finished' as status, 'IMP' as class_code,
    admitted_at + to_hours(episode) as start_at, episode as episode_number, admission_method,
    pick(['100', '300', '430'], draw(n, 'function' || episode)) as treatment_function_code,
    if(nights = 0 and stay = 1, '2', '1') as patient_classification,
from stays, (select unnest([1, 2]) as episode)
where episode = 1 or draw(n, 'episodes' || stay) < 0.3;
insert into acute__conditions by name
select
    made_key('acute|diagnosis|' || position, encounters_key) as conditions_key, encounters_key as encounter_key,
    person_key, source, sender, source_file_id, source_row,
    'encounter-diagnosis' as category, 'icd10' as code_system,
    if(
        position = 1,
        pick(['I500', 'J449', 'J181', 'S720', 'S422', 'S720', 'I209', 'N10X', 'L031', 'C509', 'J209'], draw(source_row, 'code')),
        if(
            draw(source_row, 'code') between 0.28 and 0.54, 'W190',
            pick(['W010', 'J449', 'I10X', 'D571', 'Z511'], draw(source_row, 'other code'))
        )
    ) as code,
    position, start_at::date as recorded_on,
from acute__encounters, (select unnest([1, 2]) as position)
where activity_type = 'hospital_episode';
insert into acute__conditions by name
select
    made_key('acute|diagnosis|ahead', encounters_key) as conditions_key, encounters_key as encounter_key,
    person_key, source, sender, source_file_id, source_row,
    'encounter-diagnosis' as category, 'icd10' as code_system, 'I10X' as code, 3 as position,
    start_at::date as recorded_on,
from acute__encounters
where part_of_key in (select spell_key from stays where stay = 6);
insert into acute__procedures by name
select
    made_key('acute|procedure', encounters_key) as procedures_key, encounters_key as encounter_key,
    person_key, source, sender, source_file_id, source_row,
    'opcs4' as code_system, 'W371' as code, 1 as position, start_at::date as performed_on,
from acute__encounters
where activity_type = 'hospital_episode' and draw(source_row, 'operated') < 0.2;
insert into acute__encounters by name
select
    made_key('acute|attendance|' || visit, n) as encounters_key,
    person_key, 'acute' as source, 'R1K' as sender,
    file_of('acute', 'attendances') as source_file_id, row_number() over (order by n, visit) as source_row,
    'emergency_attendance' as activity_type, 'finished' as status, 'EMER' as class_code,
    in_days(draw(n, 'arrived' || visit), 730) + interval 14 hour as start_at,
    in_days(draw(n, 'arrived' || visit), 730) + interval 14 hour
    + to_minutes(pick([90, 180, 240, 241, 400], draw(n, 'wait' || visit))) as end_at,
    true as has_start_time, draw(n, 'departed' || visit) < 0.9 as has_end_time,
    'R1K' as provider_code, pick(['01', '01', '03', '04'], draw(n, 'department' || visit)) as department_type,
    pick(['1', '1', '1', '2'], draw(n, 'category' || visit)) as attendance_category,
    pick(['VB08Z', 'VB11Z', null], draw(n, 'vb' || visit)) as hrg_code,
    if(draw(n, 'by ambulance' || visit) < 0.3, '1048031000000100', '1048071000000103') as arrival_mode,
    if(draw(n, 'by ambulance' || visit) < 0.2, made_key('incident number|' || visit, n), null) as ambulance_incident_key,
from people, (select unnest(range(3)) as visit)
where draw(n, 'acute') < 0.6 and draw(n, 'attends' || visit) < 0.3;
-- Some attend time and again.
insert into acute__encounters by name
select
    made_key('acute|attendance again|' || visit, n) as encounters_key,
    person_key, 'acute' as source, 'R1K' as sender,
    file_of('acute', 'attendances') as source_file_id, 100000 + row_number() over (order by n, visit) as source_row,
    'emergency_attendance' as activity_type, 'finished' as status, 'EMER' as class_code,
    getvariable('as_of')::timestamp - to_days(40 * visit + n % 40) as start_at,
    getvariable('as_of')::timestamp - to_days(40 * visit + n % 40) as end_at,
    'R1K' as provider_code, '01' as department_type, '1' as attendance_category,
from people, (select unnest(range(4 + n % 3)) as visit)
where draw(n, 'acute') < 0.6 and n % 20 = 7;
-- In the last nights some whom the council serves were in an emergency department.
insert into acute__encounters by name
select
    made_key('acute|attendance of late', n) as encounters_key,
    person_key, 'acute' as source, 'R1K' as sender,
    file_of('acute', 'attendances') as source_file_id, 200000 + row_number() over (order by n) as source_row,
    'emergency_attendance' as activity_type, 'finished' as status, 'EMER' as class_code,
    getvariable('as_of')::timestamp - to_days(n::integer % 6) + interval 2 hour as start_at,
    start_at + interval 3 hour as end_at,
    'R1K' as provider_code, '01' as department_type, '1' as attendance_category,
from people where draw(n, 'acute') < 0.6 and draw(n, 'council user') < 0.06;
insert into acute__appointments by name
select
    made_key('acute|clinic|' || visit, n) as appointments_key,
    person_key, 'acute' as source, 'R1K' as sender,
    file_of('acute', 'clinics') as source_file_id, row_number() over (order by n, visit) as source_row,
    'outpatient_attendance' as activity_type, 'booked' as status,
    in_days(draw(n, 'clinic' || visit), 730) + interval 11 hour + interval 10 day as start_at,
    'R1K' as provider_code, pick(['100', '300', '430'], draw(n, 'clinic of' || visit)) as treatment_function_code,
    pick(['5', '5', '6', '3', '2'], draw(n, 'attended' || visit)) as attended_code,
    pick(['1', '2', '2', '4'], draw(n, 'first' || visit)) as first_attendance,
from people, (select unnest(range(4)) as visit) where draw(n, 'acute') < 0.6;
insert into acute__encounters by name
select
    made_key('acute|outpatient', appointments_key) as encounters_key, appointments_key as appointment_key,
    person_key, source, sender, source_file_id, source_row,
    'outpatient_attendance' as activity_type, 'finished' as status, 'AMB' as class_code, start_at,
    provider_code, treatment_function_code, attended_code, first_attendance,
from acute__appointments where attended_code in ('5', '6');
