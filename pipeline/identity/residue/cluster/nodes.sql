-- residue_known, person_index, edge_known, decision -> cluster_node: every residue record, and every index
-- person that a pair or a decision names, each a cluster of its own to begin with.
create or replace temp table cluster_node as
with found as (
    select node, is_index, claimed_number, given_folded, given_instances from cluster_residue
    union all
    select node, is_index, claimed_number, given_folded, given_instances
    from cluster_person
)
select (row_number() over (order by node))::integer as id, *, id as cluster
from found;

-- A person's decisions, both ends known here; the last word on a pair is the caller's to give.
create or replace temp table cluster_decision as
select least(x.id, y.id) as a, greatest(x.id, y.id) as b, d.verdict
from decision as d
join cluster_node as x on x.node = d.left_key
join cluster_node as y on y.node = d.right_key
where x.id <> y.id;
