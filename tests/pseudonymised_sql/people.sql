-- Draws: a number from 0 to 1 that the same person, word and seed always give.
create temp macro draw(number, word) as
    (hash(number::varchar || word || getvariable('seed')::varchar) % 1000003) / 1000003.0;
create temp macro made_key(word, number) as sha256(word || '|' || number::varchar);
create temp macro pick(choices, drawn) as choices[1 + floor(drawn * len(choices))::bigint];
create temp macro in_days(drawn, days) as
    (getvariable('as_of')::date - 1 - floor(drawn * days)::integer)::timestamp;
create temp macro file_of(source, entity) as left(md5(source || '|' || entity), 16);

create table people as
select
    n,
    made_key('person', n) as person_key,
    (getvariable('as_of')::date - floor(365.25 * 95 * pow(draw(n, 'age'), 1.3))::integer) as born_on,
    pick(['male', 'female'], draw(n, 'sex')) as sex,
    pick(['A', 'A', 'A', 'C', 'D', 'H', 'J', 'L', 'M', 'N', 'R', 'S', 'Z'], draw(n, 'ethnic')) as ethnic_category,
    'E8400' || (1 + floor(draw(n, 'practice') * 8)::integer) as practice_code,
    'E01' || lpad((1 + floor(draw(n, 'lsoa') * 40)::integer)::varchar, 6, '0') as lsoa_code,
    pick(['E09000005', 'E09000009', 'E09000015'], draw(n, 'council')) as local_authority_code,
    draw(n, 'dead') < 0.04 as is_dead,
    in_days(draw(n, 'death'), 500)::date as died_on,
from (select unnest(range(getvariable('people'))) as n);
create table person_sources (
    person_key varchar, source varchar, sender varchar, link_step varchar, link_confidence double,
    strict_person_key varchar, loose_person_key varchar
);
-- A person's record at one sender, and where the person lives.
create temp macro patients_of(word, sending) as table
select
    made_key(word || '|patient', n) as patients_key,
    person_key,
    word as source,
    sending as sender,
    file_of(word, 'patients') as source_file_id,
    row_number() over (order by n) as source_row,
    sex,
    date_trunc('month', born_on)::date as birth_month,
    if(is_dead, died_on, null) as died_on,
    is_dead as is_deceased,
    ethnic_category,
    practice_code,
    lsoa_code,
    local_authority_code,
    n,
from people;
-- How a person's record was linked. Outside general practice one in twenty was joined by its words alone: a
-- stricter threshold takes it for somebody else's. One pair of neighbours in fifty is one person in the loose view.
create temp macro linked_by(word, sending, step) as table
select
    person_key,
    word as source,
    sending as sender,
    if(is_doubtful, 'probabilistic', step) as link_step,
    if(is_doubtful, 96.0, 100.0) as link_confidence,
    if(is_doubtful, made_key(word || '|strict', n), person_key) as strict_person_key,
    made_key('person', if(n % 2 = 1 and draw(n, 'loose') < 0.02, n - 1, n)) as loose_person_key,
from (select *, word <> 'gp' and draw(n, word || 'doubt') < 0.05 as is_doubtful from people);
