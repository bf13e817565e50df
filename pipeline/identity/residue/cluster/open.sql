-- cluster_link and cluster_node -> open_link: the links of this phase whose ends are still two clusters.
-- Variable: phase.
create or replace temp table open_link as
select l.place, least(x.cluster, y.cluster) as c, greatest(x.cluster, y.cluster) as d
from cluster_link as l
join cluster_node as x on x.id = l.a
join cluster_node as y on y.id = l.b
where l.phase <= getvariable('phase') and x.cluster <> y.cluster;
