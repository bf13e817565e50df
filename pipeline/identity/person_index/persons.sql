-- anchor_person, anchor_member -> person_fresh (rows of vault.person that change) and event_tonight.
-- Relations: person_index, record_known_near. Variables: run_id, seq.
create or replace temp table person_tonight as
with unindexed as (
    select a.anchor from anchor_number as a anti join person_index as i on i.nhs_number = a.nhs_number
),
birth as (
    select anchor, birth_date
    from (
        select m.anchor, b.birth_date, count(*) as records
        from anchor_member as m
        inner join unindexed as u on u.anchor = m.anchor
        inner join record_known_near as b on b.record_key = m.record_key
        where b.birth_date is not null
        group by all
    )
    qualify row_number() over (partition by anchor order by records desc, birth_date) = 1
)
select
    a.anchor, a.person_id, a.is_new, a.nhs_number,
    coalesce(i.birth_date, b.birth_date) as birth_date,
    case when a.nhs_number is null then 'local' when i.is_from_gp then 'gp' else 'number' end as origin
from anchor_person as a
left join person_index as i on i.nhs_number = a.nhs_number
left join birth as b on b.anchor = a.anchor;

-- Persons of whom no cluster goes on: where most of their records went, or nowhere.
create or replace temp table person_ended as
with before as (
    select distinct r.person_id
    from vault.record as r
    where r.person_id is not null and r.middle_anchor in (select anchor from anchor_touched)
),
heir as (
    select m.before_id as person_id, p.person_id as heir_id, count(*) as records
    from anchor_member as m
    inner join anchor_person as p on p.anchor = m.anchor
    where m.before_id is not null
    group by m.before_id, p.person_id
    qualify row_number() over (partition by m.before_id order by count(*) desc, p.person_id) = 1
)
select b.person_id, h.heir_id, h.records
from before as b
anti join anchor_person as p on p.person_id = b.person_id
left join heir as h on h.person_id = b.person_id;

create or replace temp table person_before as
from vault.person
where person_id in (select person_id from person_tonight union all select person_id from person_ended);
create or replace temp table person_fresh as
with fresh as (
    select
        t.person_id, t.nhs_number, t.birth_date, t.origin,
        coalesce(p.first_seen_run, getvariable('run_id')) as first_seen_run,
        null::varchar as last_seen_run,
        coalesce(p.first_seen_seq, if(p.person_id is null, getvariable('seq'), 0)) as first_seen_seq,
        'current' as state
    from person_tonight as t
    left join person_before as p on p.person_id = t.person_id
    union all
    select
        p.person_id, p.nhs_number, p.birth_date, p.origin, p.first_seen_run, getvariable('run_id'),
        coalesce(p.first_seen_seq, 0), if(e.heir_id is null, 'gone', 'absorbed')
    from person_ended as e
    inner join person_before as p on p.person_id = e.person_id
)
select f.*
from fresh as f
left join person_before as p on p.person_id = f.person_id
where
    p.person_id is null
    or p.state is distinct from f.state
    or p.nhs_number is distinct from f.nhs_number
    or p.birth_date is distinct from f.birth_date
    or p.origin is distinct from f.origin;

create or replace temp table event_tonight as
with step as (
    select anchor, min(link_step) as link_step, count(*) as records from anchor_member group by anchor
),
tonight as (
    select
        t.*, s.link_step, s.records, p.state as state_before, p.nhs_number as number_before,
        x.new_number is not null as is_followed
    from person_tonight as t
    inner join step as s on s.anchor = t.anchor
    left join person_before as p on p.person_id = t.person_id
    left join supersession as x on x.old_number = p.nhs_number and x.new_number = t.nhs_number
),
moved as (
    select m.before_id, p.person_id as after_id, p.is_new, min(m.link_step) as link_step, count(*) as records
    from anchor_member as m
    inner join anchor_person as p on p.anchor = m.anchor
    where m.before_id <> p.person_id
    group by all
)
select person_id, 'created' as event, null::varchar as other_person_id, link_step,
    if(nhs_number is null, 'records without an established number', 'a number that no person held') as reason,
    records
from tonight where is_new
union all
select person_id, 'returned', null, link_step, 'records came to a person that had none left', records
from tonight where not is_new and state_before <> 'current'
union all
select person_id, if(is_followed, 'superseded', if(nhs_number is null, 'number_lost', 'number_gained')), null, link_step,
    case
        when is_followed then 'its number was replaced by another'
        when nhs_number is null then 'its records give its number no more'
        when number_before is null then 'its records came to have an established number'
        else 'its records were corrected to another number'
    end,
    records
from tonight where not is_new and number_before is distinct from nhs_number
union all
select
    e.person_id,
    case when e.heir_id is null then 'gone' when x.new_number is not null then 'superseded' else 'absorbed' end,
    e.heir_id, m.link_step,
    case
        when e.heir_id is null then 'no record is left'
        when x.new_number is not null then 'its number was replaced by that of the other'
        else 'its records belong to the other person'
    end,
    e.records
from person_ended as e
left join moved as m on m.before_id = e.person_id and m.after_id = e.heir_id
left join person_before as p on p.person_id = e.person_id
left join anchor_person as a on a.person_id = e.heir_id
left join supersession as x on x.old_number = p.nhs_number and x.new_number = a.nhs_number
union all
select m.before_id, if(m.is_new, 'split', 'moved'), m.after_id, m.link_step,
    if(m.is_new, 'records left for a person of their own', 'records left for another person'), m.records
from moved as m
anti join person_ended as e on e.person_id = m.before_id and e.heir_id = m.after_id;
