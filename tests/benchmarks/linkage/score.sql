-- truth (who is who) and links (who was said to be who, column linked_id) -> pairwise scores by group.
-- Variable: by_group (else only the group of all). A group's pairs are those with at least one record in it; a record that has no link is linked to nobody.
create or replace temp macro pairs(n) as n * (n - 1) // 2;
create or replace temp table judged as
select
    hash(t.person_id) as true_id,
    hash(coalesce(l.linked_id::varchar, t.source || '|' || t.sender || '|' || t.record_id)) as linked_id,
    t.source,
    case
        when t.ethnic_category in ('A', 'B', 'C') then 'White'
        when t.ethnic_category in ('D', 'E', 'F', 'G') then 'Mixed'
        when t.ethnic_category in ('H', 'J', 'K', 'L') then 'Asian'
        when t.ethnic_category in ('M', 'N', 'P') then 'Black'
        when t.ethnic_category in ('R', 'S') then 'Other'
        else 'Not known'
    end as ethnic_group,
    (t.imd_decile + 1) // 2 as imd_quintile,
    if(t.nhs_number_status = '01', t.nhs_number, null) as verified_number
from truth as t
left join links as l on l.source = t.source and l.sender = t.sender and l.record_id = t.record_id;

create or replace temp table cell as
select
    group_type, group_value, true_id, linked_id, sum(n)::bigint as n
from (
    select
        true_id, linked_id, count(*) as n,
        unnest(if(getvariable('by_group'), [
            {'group_type': 'all', 'group_value': 'all'},
            {'group_type': 'source', 'group_value': source},
            {'group_type': 'ethnic group', 'group_value': ethnic_group},
            {'group_type': 'IMD quintile', 'group_value': imd_quintile::varchar}
        ], [{'group_type': 'all', 'group_value': 'all'}]), recursive := true)
    from judged
    group by true_id, linked_id, source, ethnic_group, imd_quintile
)
group by all;

create or replace temp table score as
with whole as (
    select * from cell where group_type = 'all'
),

of_truth as (
    select c.group_type, c.group_value, sum(pairs(w.n) - pairs(w.n - c.n)) as pairs
    from (select group_type, group_value, true_id, sum(n) as n from cell group by all) as c
    join (select true_id, sum(n) as n from whole group by true_id) as w on w.true_id = c.true_id
    group by all
),

of_links as (
    select c.group_type, c.group_value, sum(pairs(w.n) - pairs(w.n - c.n)) as pairs
    from (select group_type, group_value, linked_id, sum(n) as n from cell group by all) as c
    join (select linked_id, sum(n) as n from whole group by linked_id) as w on w.linked_id = c.linked_id
    group by all
),

of_both as (
    select c.group_type, c.group_value, sum(pairs(w.n) - pairs(w.n - c.n)) as pairs
    from cell as c
    join whole as w on w.true_id = c.true_id and w.linked_id = c.linked_id
    group by all
)

select
    group_type,
    group_value,
    (select sum(c.n)::bigint from cell as c where c.group_type = b.group_type and c.group_value = b.group_value) as records,
    t.pairs::bigint as true_pairs,
    (l.pairs - b.pairs)::bigint as false_pairs,
    b.pairs / nullif(l.pairs, 0) as precision,
    b.pairs / nullif(t.pairs, 0) as recall,
    2 * b.pairs / nullif(l.pairs + t.pairs, 0) as f1
from of_both as b
join of_truth as t using (group_type, group_value)
join of_links as l using (group_type, group_value);

-- Pairs of records that were linked although each has a verified number and the two differ.
create or replace temp table verified_clash as
select coalesce(sum(pairs(n) - alike), 0)::bigint as pairs
from (
    select linked_id, sum(n) as n, sum(pairs(n)) as alike
    from (select linked_id, verified_number, count(*) as n from judged where verified_number is not null group by all)
    group by linked_id
);
