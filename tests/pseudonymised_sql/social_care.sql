-- Who the council knows: some of everybody, and some older people who came home from hospital.
create table reabled as
select n, admitted_at + to_days(nights) as discharged_at, stay, spell_key from stays
where born_on < getvariable('as_of')::date - 60 * 366 and draw(n, 'reabled' || stay) < 0.5;
create table council_users as
select n from people where draw(n, 'council user') < 0.06
union select n from reabled;
insert into social_care__patients by name
select * exclude (n) from patients_of('social_care', '304') where n in (select n from council_users);
insert into person_sources select * from linked_by('social_care', '304', 'cross_check') semi join social_care__patients using (person_key);
insert into social_care__service_requests by name
select
    made_key('council|request', n) as service_requests_key,
    person_key, 'social_care' as source, '304' as sender,
    file_of('social_care', 'requests') as source_file_id, row_number() over (order by n) as source_row,
    'social_care_request' as activity_type, 'completed' as status,
    in_days(draw(n, 'asked'), 700)::date as authored_on, 'Community / Other route' as route_of_access,
from people where n in (select n from council_users);
insert into social_care__encounters by name
select
    made_key('council|' || kind, n) as encounters_key,
    person_key, 'social_care' as source, '304' as sender,
    file_of('social_care', kind) as source_file_id, row_number() over (partition by kind order by n) as source_row,
    kind as activity_type, 'finished' as status, 'AMB' as class_code,
    in_days(draw(n, kind), 600) as start_at,
from people, (select unnest(['social_care_assessment', 'social_care_review']) as kind)
where n in (select n from council_users);
insert into social_care__episodes_of_care by name
select
    made_key('council|service|' || service, n) as episodes_of_care_key,
    person_key, 'social_care' as source, '304' as sender,
    file_of('social_care', 'services') as source_file_id, row_number() over (order by n, service) as source_row,
    'social_care_service' as episode_type, 'active' as status, in_days(draw(n, 'begun' || service), 1200)::date as start_on,
    if(draw(n, 'ended' || service) < 0.3, in_days(draw(n, 'begun' || service), 1200)::date + 60, null) as end_on,
    '304' as organisation_code,
    pick(['Long Term Support: Community', 'Long Term Support: Residential Care', 'Short Term Support: ST-Max'],
        draw(n, 'service' || service)) as service_type,
    if(
        service_type = 'Long Term Support: Community' and draw(n, 'telecare' || service) < 0.3, 'Telecare',
        pick(['Home Support', 'Long Term Residential Care', 'Reablement'], draw(n, 'service' || service))
    ) as service_component,
    pick(['Physical Support: Personal Care Support', 'Support with Memory and Cognition', null],
        draw(n, 'reason' || service)) as primary_support_reason,
    'CASSR Managed Personal Budget' as delivery_mechanism,
    pick([23.5, -980, 600], draw(n, 'price' || service)) as unit_cost_gbp,
    pick(['Hourly', 'Weekly', 'One-off'], draw(n, 'price' || service)) as cost_frequency,
    if(draw(n, 'price' || service) < 0.34, 10, 1) as planned_units_per_week,
from people, (select unnest(range(2)) as service) where n in (select n from council_users);
insert into social_care__episodes_of_care by name
select
    made_key('council|reablement', spell_key) as episodes_of_care_key,
    person_key, 'social_care' as source, '304' as sender,
    file_of('social_care', 'reablement') as source_file_id, row_number() over (order by spell_key) as source_row,
    'social_care_service' as episode_type, 'finished' as status,
    discharged_at::date + pick([-8, -7, 0, 1, 3, 4], draw(n, 'reablement' || stay)) as start_on,
    start_on + 40 as end_on, '304' as organisation_code,
    'Short Term Support: ST-Max' as service_type, 'Reablement' as service_component,
from people inner join reabled using (n);
insert into social_care__conditions by name
select
    made_key('council|flag', n) as conditions_key,
    person_key, 'social_care' as source, '304' as sender,
    file_of('social_care', 'requests') as source_file_id, row_number() over (order by n) as source_row,
    'social-care-flag' as category, 'snomed' as code_system, '52448006' as code,
from people where draw(n, 'council user') < 0.01;
