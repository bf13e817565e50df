-- cluster_node and the clusters of each phase -> cluster_anchor (id, strict_anchor, middle_anchor, loose_anchor).
create or replace temp table level_member as
select s.id, level, s.cluster, n.node, n.is_index, n.claimed_number, r.traceable_number, r.birth_date
from (
    select 'strict' as level, id, cluster from cluster_strict
    union all select 'middle', id, cluster from cluster_middle
    union all select 'loose', id, cluster from cluster_loose
) as s
join cluster_node as n on n.id = s.id
left join residue_known as r on r.record_key = n.node;

-- A cluster without an index person is founded on the number that most of its records give with a whole
-- birth date, a verified one first; and a number founds the cluster in which most records give it.
create or replace temp table founding as
with shown as (
    select
        level, cluster, traceable_number as nhs_number, count(*) as records, min(node) as first_key,
        max((claimed_number is not null)::integer) as is_claimed
    from level_member as m
    where traceable_number is not null and birth_date is not null
        and traceable_number not in (select nhs_number from person_index)
        and traceable_number not in (select claimed_number from cluster_node where is_index)
        and not exists (
            select 1 from level_member as o where o.level = m.level and o.cluster = m.cluster and o.is_index
        )
    group by level, cluster, traceable_number
),
chosen as (
    from shown
    qualify row_number() over (partition by level, cluster order by is_claimed desc, records desc, nhs_number) = 1
)
select level, cluster, nhs_number
from chosen
qualify row_number() over (partition by level, nhs_number order by is_claimed desc, records desc, first_key) = 1;

create or replace temp table level_anchor as
select
    m.level,
    m.cluster,
    coalesce(
        'nhs|' || max(m.claimed_number) filter (m.is_index),
        'nhs|' || any_value(f.nhs_number),
        'rec|' || min(m.node) filter (not m.is_index)
    ) as anchor
from level_member as m
left join founding as f on f.level = m.level and f.cluster = m.cluster
group by m.level, m.cluster;

create or replace temp table cluster_anchor as
pivot (
    select m.id, m.level || '_anchor' as level, a.anchor
    from level_member as m
    join level_anchor as a on a.level = m.level and a.cluster = m.cluster
) on level in ('strict_anchor', 'middle_anchor', 'loose_anchor') using any_value(anchor) group by id;
