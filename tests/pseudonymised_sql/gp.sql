insert into gp__patients by name select * exclude (n) from patients_of('gp', 'EMIS01');
insert into person_sources select * from linked_by('gp', 'EMIS01', 'registered') semi join gp__patients using (person_key);
insert into gp__addresses by name
select
    made_key('gp|address', n) as addresses_key, person_key, source, sender, source_file_id, source_row,
    'home' as address_use, lsoa_code, local_authority_code, date '2015-01-01' as start_on,
from patients_of('gp', 'EMIS01');
insert into gp__episodes_of_care by name
select
    made_key('gp|registration|' || spell, n) as episodes_of_care_key,
    person_key, 'gp' as source, 'EMIS01' as sender,
    file_of('gp', 'patients') as source_file_id, row_number() over (partition by spell order by n) as source_row,
    'gp_registration' as episode_type,
    if(draw(n, 'temporary') < 0.02, 'temporary', 'regular') as registration_type,
    case when spell = 1 then greatest(born_on, date '2016-05-01') else in_days(draw(n, 'moved'), 700)::date end
        as start_on,
    if(is_dead, died_on, null) as end_on,
    if(spell = 1, practice_code, 'E8400' || (1 + floor(draw(n, 'next') * 8)::integer)) as organisation_code,
from people, (select unnest([1, 2]) as spell)
where spell = 1 or draw(n, 'moves') < 0.1;
-- Of some newborns a registration is told that began more than a year before they were born.
insert into gp__episodes_of_care by name
select
    made_key('gp|registration|early', n) as episodes_of_care_key,
    person_key, 'gp' as source, 'EMIS01' as sender,
    file_of('gp', 'patients') as source_file_id, n + 1 as source_row,
    'gp_registration' as episode_type, 'regular' as registration_type, born_on - 500 as start_on,
    practice_code as organisation_code,
from people
where born_on > getvariable('as_of')::date - 330 and not is_dead and draw(n, 'told early') < 0.3;
insert into gp__appointments by name
select
    made_key('gp|slot|' || visit, n) as appointments_key,
    person_key, 'gp' as source, 'EMIS01' as sender,
    file_of('gp', 'appointments') as source_file_id, row_number() over (order by n, visit) as source_row,
    'gp_appointment' as activity_type,
    pick(['fulfilled', 'fulfilled', 'fulfilled', 'noshow'], draw(n, 'came' || visit)) as status,
    in_days(draw(n, 'slot' || visit), 730) + interval 10 hour + interval 20 day as start_at,
    practice_code as provider_code,
from people, (select unnest(range(4)) as visit) where n % 50 <> 8;
-- One in fifty has not been to the practice for a year.
insert into gp__encounters by name
select
    made_key('gp|consultation|' || visit, n) as encounters_key,
    person_key, 'gp' as source, 'EMIS01' as sender,
    file_of('gp', 'encounters') as source_file_id, row_number() over (order by n, visit) as source_row,
    if(visit < 3 and draw(n, 'slotted' || visit) < 0.5, made_key('gp|slot|' || visit, n), null) as appointment_key,
    if(visit = 1, null, 'gp_consultation') as activity_type,
    'finished' as status,
    in_days(draw(n, 'visit' || visit), 730) + interval 9 hour as start_at,
    practice_code as provider_code,
    pick(['01', '01', '02'], draw(n, 'mechanism' || visit)) as consultation_mechanism,
from people, (select unnest(range(8)) as visit)
where n % 50 <> 8 or in_days(draw(n, 'visit' || visit), 730) < getvariable('as_of')::date - 370;
insert into gp__observations by name
select
    made_key('gp|observation|' || code || '|' || reading, n) as observations_key,
    person_key, 'gp' as source, 'EMIS01' as sender,
    file_of('gp', 'observations') as source_file_id, row_number() over (order by n, code, reading) as source_row,
    'snomed' as code_system, code,
    in_days(draw(n, code || reading), 3000)::date as effective_on,
    if(code = '75367002', 110 + 50 * draw(n, 'pressure' || reading), null) as value,
    if(code = '75367002', 'mm[Hg]', null) as unit,
from people,
    (select unnest(['75367002', '73211009', '38341003', '195967001', '52448006', '32911000', '363346000', '162660004'])
        as code),
    (select unnest(range(3)) as reading)
where draw(n, 'has' || code) < case code
    when '75367002' then 0.8 when '32911000' then 0.01 when '52448006' then 0.03 when '162660004' then 0.01
    else 0.12 end;
-- What the processes of care ask for: of some in the last months, of others in a visit; who is asked for more of it.
insert into gp__observations by name
select
    made_key('gp|care|' || code, n) as observations_key,
    if(is_careful, null, made_key('gp|consultation|' || n % 8, n)) as encounter_key,
    person_key, 'gp' as source, 'EMIS01' as sender,
    file_of('gp', 'observations') as source_file_id, 100000 + row_number() over (order by n, code) as source_row,
    'snomed' as code_system, code,
    in_days(if(is_careful, draw(n, code) * 0.4, draw(n, 'visit' || n % 8)), 730)::date as effective_on,
from (select *, draw(n, 'careful') < 0.3 as is_careful from people),
    (select unnest(['43396009', '1005671000000105', '113075003', '1023491000000104', '401191002', '60621009', '8517006',
        '160573003', '394703002', '199751000000100', '956841000000106', '75367002']) as code)
where n % 50 <> 8 and (is_careful or draw(n, 'care' || code) < 0.4);
insert into gp__observations by name
select
    made_key('gp|need|' || code, n) as observations_key, person_key, 'gp' as source, 'EMIS01' as sender,
    file_of('gp', 'observations') as source_file_id, 200000 + row_number() over (order by n, code) as source_row,
    'snomed' as code_system, code, in_days(draw(n, code), 3000)::date as effective_on,
from people, (select unnest(['58214004', '110359009']) as code)
where n % 20 = if(code = '58214004', 4, 9);
insert into gp__conditions by name
select
    made_key('gp|problem', n) as conditions_key,
    person_key, 'gp' as source, 'EMIS01' as sender,
    file_of('gp', 'conditions') as source_file_id, row_number() over (order by n) as source_row,
    'problem-list-item' as category, 'snomed' as code_system, '35489007' as code,
    in_days(draw(n, 'problem'), 4000)::date as recorded_on,
    pick(['active', 'active', 'resolved'], draw(n, 'status')) as clinical_status,
from people where draw(n, 'depression') < 0.1;
insert into gp__medication_requests by name
select
    made_key('gp|issue|' || issue, n) as medication_requests_key,
    person_key, 'gp' as source, 'EMIS01' as sender,
    file_of('gp', 'medication_requests') as source_file_id, row_number() over (order by n, issue) as source_row,
    'order' as intent, 'active' as status, 'dmd' as code_system, '325278007' as code,
    in_days(draw(n, 'issue' || issue), 730)::date as authored_on, 56 as quantity, 'tablet' as quantity_unit,
    3.4 as nhs_cost_gbp,
from people, (select unnest(range(5)) as issue) where draw(n, 'treated') < 0.3;
insert into gp__medication_requests by name
select
    made_key('gp|issue of many|' || issue, n) as medication_requests_key,
    person_key, 'gp' as source, 'EMIS01' as sender,
    file_of('gp', 'medication_requests') as source_file_id, 100000 + row_number() over (order by n, issue) as source_row,
    'order' as intent, 'active' as status, 'dmd' as code_system, 'made up ' || issue % 11 as code,
    in_days(draw(n, 'of many' || issue), 95)::date as authored_on, 28 as quantity, 'tablet' as quantity_unit,
    1.2 as nhs_cost_gbp,
from people, (select unnest(range(14)) as issue) where n % 30 = 6;
insert into gp__immunizations by name
select
    made_key('gp|jab', n) as immunizations_key,
    person_key, 'gp' as source, 'EMIS01' as sender,
    file_of('gp', 'immunizations') as source_file_id, row_number() over (order by n) as source_row,
    'completed' as status, 'snomed' as code_system, '86198006' as code,
    in_days(draw(n, 'jab'), 300)::date as occurred_on,
from people where draw(n, 'vaccinated') < 0.3;
insert into gp__allergy_intolerances by name
select
    made_key('gp|allergy', n) as allergy_intolerances_key,
    person_key, 'gp' as source, 'EMIS01' as sender,
    file_of('gp', 'allergy_intolerances') as source_file_id, row_number() over (order by n) as source_row,
    'snomed' as code_system, '91936005' as code, in_days(draw(n, 'allergy'), 3000)::date as recorded_on,
from people where draw(n, 'allergic') < 0.05;
