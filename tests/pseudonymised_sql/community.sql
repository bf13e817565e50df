insert into community__patients by name
select * exclude (n) from patients_of('community', 'RYX') where draw(n, 'community') < 0.12;
insert into person_sources select * from linked_by('community', 'RYX', 'cross_check') semi join community__patients using (person_key);
insert into community__service_requests by name
select
    made_key('community|referral', n) as service_requests_key,
    person_key, 'community' as source, 'RYX' as sender,
    file_of('community', 'service_requests') as source_file_id, row_number() over (order by n) as source_row,
    'active' as status, in_days(draw(n, 'referred'), 700)::date as authored_on, false as is_rejected,
    practice_code as requester_code, 'RYX' as provider_code, '12' as team_type,
from people where draw(n, 'community') < 0.12;
insert into community__encounters by name
select
    made_key('community|contact|' || visit, n) as encounters_key, made_key('community|referral', n) as referral_key,
    person_key, 'community' as source, 'RYX' as sender,
    file_of('community', 'encounters') as source_file_id, row_number() over (order by n, visit) as source_row,
    'community_contact' as activity_type, 'finished' as status, 'HH' as class_code,
    in_days(draw(n, 'home visit' || visit), 700) + interval 8 hour as start_at, 'RYX' as provider_code,
    '5' as attended_code, pick(['12', '26', '99'], draw(n, 'team' || visit)) as team_type,
from people, (select unnest(range(12)) as visit) where draw(n, 'community') < 0.12;
