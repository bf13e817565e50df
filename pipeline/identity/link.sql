-- linked_record -> vault.record (tonight's, whole) and vault.person (everyone ever seen).
-- Variable: run_id.
delete from vault.record;
insert into vault.record by name
select
    *,
    person_id as strict_person_id,
    person_id as loose_person_id,
    0.0 as probability_false,
    0.0 as probability_missed
from linked_record;
create or replace temp table person_tonight as
select
    l.person_id,
    any_value(p.nhs_number) as nhs_number,
    any_value(coalesce(p.birth_date, l.birth_date)) as birth_date,
    case when any_value(p.nhs_number) is null then 'local' when any_value(p.is_from_gp) then 'gp' else 'number' end
        as origin
from linked_record as l
left join person_index as p on p.person_id = l.person_id
group by l.person_id;
create or replace table vault.person as
select
    coalesce(t.person_id, p.person_id) as person_id,
    if(t.person_id is null, p.nhs_number, t.nhs_number) as nhs_number,
    if(t.person_id is null, p.birth_date, t.birth_date) as birth_date,
    coalesce(t.origin, p.origin) as origin,
    coalesce(p.first_seen_run, getvariable('run_id')) as first_seen_run,
    if(t.person_id is null, p.last_seen_run, getvariable('run_id')) as last_seen_run
from person_tonight as t
full outer join vault.person as p on p.person_id = t.person_id;
