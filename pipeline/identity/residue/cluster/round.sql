-- One round: of the links still open in this phase (open_link), the best of both their clusters join these.
-- As what keeps two clusters apart keeps apart whatever they grow into, rounds of mutually best links end in
-- the very clusters that taking all links one by one, the best first, would end in (Kruskal's order).
-- Variables: phase, largest_cluster, guard_names. What keeps x and y apart stands in apart.sql.
create or replace temp table refused_pair as
with pair as (
    select distinct c, d from open_link
),
size as (
    select cluster, count(*) as nodes from cluster_node group by cluster
)
select distinct p.c, p.d
from pair as p
join cluster_node as x on x.cluster = p.c
join cluster_node as y on y.cluster = p.d
where coalesce(x.claimed_number <> y.claimed_number, false) or getvariable('phase') > 0 and {apart}
union
select p.c, p.d
from cluster_decision as t
join cluster_node as x on x.id = t.a
join cluster_node as y on y.id = t.b
join pair as p on p.c = least(x.cluster, y.cluster) and p.d = greatest(x.cluster, y.cluster)
where t.verdict = 'different'
union
select p.c, p.d
from pair as p
join size as x on x.cluster = p.c
join size as y on y.cluster = p.d
where x.nodes + y.nodes > getvariable('largest_cluster');

delete from cluster_link
where place in (select place from open_link semi join refused_pair using (c, d));

create or replace temp table merged_pair as
with pair as (
    select c, d, min(place) as place from open_link anti join refused_pair using (c, d) group by c, d
),
best as (
    select cluster, min(place) as place
    from (select c as cluster, place from pair union all select d, place from pair)
    group by cluster
)
select p.c, p.d
from pair as p
join best as x on x.cluster = p.c and x.place = p.place
join best as y on y.cluster = p.d and y.place = p.place;

update cluster_node set cluster = m.c from merged_pair as m where cluster_node.cluster = m.d;
