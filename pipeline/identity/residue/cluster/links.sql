-- Everything that may join two nodes -> cluster_link (a < b, phase, kind, weight, place), the best first.
-- phase is the first in which a link counts: 0 decided, 1 strict, 2 middle, 3 loose.
-- Variables: strict, join_weight, break_weight, loose, guard_names. What keeps x and y apart stands in apart.sql.

-- A record is one person, so candidates that cannot be one person compete: each is weighed against "none" and the others.
-- Two index persons never are one; two records are not where something keeps them apart.
create or replace temp table weighed_edge as
with side as (
    select x.id as node, y.id as other, e.left_key, e.right_key, e.weight
    from edge_known as e
    inner join cluster_node as x on x.node = e.left_key
    inner join cluster_node as y on y.node = e.right_key
),
candidate as (
    select node, other, left_key, right_key, weight from side
    union all
    select other, node, left_key, right_key, weight from side where not starts_with(right_key, 'nhs|')
),
rival as (
    select e.left_key, e.right_key, sum(power(2.0, o.weight) order by o.weight, o.other) as others
    from candidate as e
    inner join candidate as o on o.node = e.node and o.other <> e.other
    inner join cluster_node as x on x.id = e.other
    inner join cluster_node as y on y.id = o.other
    where {apart}
    group by e.left_key, e.right_key
)
select
    e.left_key,
    e.right_key,
    round(e.weight - if(r.others is null, 0, log2(1 + r.others)), 6) as weight
from edge_known as e
left join rival as r on r.left_key = e.left_key and r.right_key = e.right_key;

create or replace temp table cluster_link as
with scored as (
    select
        e.left_key,
        e.right_key,
        case
            when e.weight >= getvariable('strict') then 1
            when e.weight >= getvariable('join_weight') then 2
            when b.left_key is not null and e.weight >= getvariable('break_weight') then 2
            when e.weight >= getvariable('loose') then 3
        end as phase,
        'scored' as kind,
        e.weight
    from weighed_edge as e
    left join (select distinct left_key, right_key from edge_joined_before) as b
        on b.left_key = e.left_key and b.right_key = e.right_key
),
-- A number that nobody established, given with one whole birth date: one person's, as in the cross-check.
founded as (
    select record_key, traceable_number, birth_date, min(record_key) over (partition by traceable_number, birth_date) as first_key,
        min(birth_date) over (partition by traceable_number) = max(birth_date) over (partition by traceable_number)
            as has_one_birth
    from residue_known
    where traceable_number is not null and birth_date is not null
        and traceable_number not in (select nhs_number from person_index)
),
offered as (
    select left_key, right_key, phase, kind, weight from scored where phase is not null
    union all
    select first_key, record_key, 1, 'number', getvariable('strict') from founded where first_key <> record_key
    union all
    select record_key, 'nhs|' || traceable_number, 1, 'number', getvariable('strict')
    from founded
    where
        first_key = record_key
        and 'nhs|' || traceable_number in (select node from cluster_node where is_index)
        -- The national service's own records of the number tell the birth date; else all who give the number must.
        and if(
            traceable_number in (select matched_number from cluster_national),
            (traceable_number, birth_date) in (select (matched_number, birth_date) from cluster_national),
            has_one_birth
        )
    union all
    select left_key, right_key, 2, 'bucket', getvariable('join_weight') from bucket_pair
),
numbered as (
    select least(x.id, y.id) as a, greatest(x.id, y.id) as b, o.phase, o.kind, o.weight
    from offered as o
    join cluster_node as x on x.node = o.left_key
    join cluster_node as y on y.node = o.right_key
    where x.id <> y.id
    union all
    select a, b, 0, 'decided', 0.0 from cluster_decision where verdict = 'same'
)
select *, row_number() over (order by phase, weight desc, a, b, kind) as place
from numbered;

create or replace temp table link_offered as from cluster_link;
