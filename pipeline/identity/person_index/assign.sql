-- link_tonight, record_near, vault.record, record_gone -> anchor_person: the lasting person of every anchor that something
-- joined or left tonight. Needs keyed_hash and the variable seq.
-- An anchor is what holds a cluster together: 'nhs|<number>', or 'rec|<its smallest record key>'.
create or replace temp table anchor_touched as
select distinct anchor
from (
    select unnest([l.middle_anchor, r.middle_anchor]) as anchor
    from link_tonight as l
    left join record_near as r on r.record_key = l.record_key
    where l.middle_anchor is distinct from r.middle_anchor or r.person_id is null
    union all
    -- What a person is said to be (birth date, origin) changes with the record or the row of the index that says it.
    select l.middle_anchor
    from link_tonight as l
    semi join identity_record as i on i.record_key = l.record_key
    union all
    select 'nhs|' || nhs_number from index_changed
    union all
    select r.middle_anchor from record_near as r semi join record_gone as g on g.record_key = r.record_key
)
where anchor is not null;

create or replace temp table anchor_member as
select l.record_key, l.middle_anchor as anchor, r.person_id as before_id, l.link_step
from link_tonight as l
left join record_near as r on r.record_key = l.record_key
where l.middle_anchor in (select anchor from anchor_touched)
union all
select r.record_key, r.middle_anchor, r.person_id, r.link_step
from (
    select record_key, middle_anchor, person_id, link_step
    from vault.record
    where middle_anchor in (select anchor from anchor_touched)
) as r
anti join link_tonight as l on l.record_key = r.record_key
anti join record_gone as g on g.record_key = r.record_key;

create or replace temp table anchor_number as
select a.anchor, if(starts_with(a.anchor, 'nhs|'), substr(a.anchor, 5), null) as nhs_number
from (select distinct anchor from anchor_member) as a;

-- Who may go on as whom. A person goes with its number as long as anybody has the number; without, with most
-- of its records. A cluster goes on as the person that holds its number, else as the first of those it won.
create or replace temp table anchor_claim as
with member_claim as (
    select anchor, before_id as person_id, count(*) as records
    from anchor_member
    where before_id is not null
    group by all
),
holder_claim as (
    select a.anchor, p.person_id, 0 as records
    from anchor_number as a
    inner join vault.person as p on p.nhs_number = a.nhs_number
),
claim as (
    select anchor, person_id, max(records) as records
    from (select * from member_claim union all select * from holder_claim)
    group by all
)
select
    c.anchor, c.person_id, c.records, p.first_seen_seq,
    coalesce(p.nhs_number = a.nhs_number, false) as is_holder,
    row_number() over (
        partition by c.person_id
        order by p.nhs_number = a.nhs_number desc nulls last, c.records desc, a.nhs_number is null, c.anchor
    ) = 1 as is_won
from claim as c
inner join anchor_number as a on a.anchor = c.anchor
inner join vault.person as p on p.person_id = c.person_id
left join anchor_number as own on own.nhs_number = p.nhs_number
where own.anchor is null or own.anchor = c.anchor;

create or replace temp table anchor_person as
with chosen as (
    select anchor, person_id
    from anchor_claim
    where is_won
    qualify row_number() over (
        partition by anchor order by is_holder desc, first_seen_seq nulls first, person_id
    ) = 1
),
named as (
    select
        a.anchor, a.nhs_number, c.person_id as known_id,
        if(
            a.nhs_number is null, keyed_hash('local|v1|' || substr(a.anchor, 5)),
            keyed_hash('nhs-number|v1|' || a.nhs_number)
        ) as first_id
    from anchor_number as a
    left join chosen as c on c.anchor = a.anchor
),
-- The id that this very record was first given is taken up again where nobody has it now; one that went on as
-- another cluster's is not given again.
met as (
    select
        n.*,
        p.person_id is not null as is_taken,
        n.nhs_number is null and p.nhs_number is null and p.state in ('absorbed', 'gone') as is_free
    from named as n
    left join vault.person as p on p.person_id = if(n.known_id is null, n.first_id, null)
)
select
    anchor, nhs_number,
    known_id is null and not coalesce(is_free, false) as is_new,
    case
        when known_id is not null then known_id
        when not is_taken or is_free then first_id
        else keyed_hash('again|v1|' || anchor || '|' || getvariable('seq'))
    end as person_id
from met;
