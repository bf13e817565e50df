-- residue_known, person_index, edge_known, decision, national_identity -> cluster_node: every residue record, and every person of a
-- number that a pair or a decision names, each a cluster of its own to begin with.
create or replace temp table cluster_node as
with found as (
    select c.node, c.is_index, c.claimed_number, c.family_core, c.family_instances, c.given_folded, c.given_instances,
        c.birth_date, c.number_compared, k.is_of_several_born, i.national_id
    from cluster_residue as c
    inner join residue_known as k on k.record_key = c.node
    left join national_identity as i on i.record_key = c.node
    union all
    select node, is_index, claimed_number, family_core, family_instances, given_folded, given_instances, birth_date,
        number_compared, false, null::varchar
    from cluster_person
    -- Whoever has a number that no record here established, and whom a decision or a record names: the national
    -- service does, and calls them as the first record does for which it answered that number.
    union all
    select
        'nhs|' || w.number, true, w.number, arg_min(n.family_core, n.node),
        coalesce(arg_min(n.family_instances, n.node), []::varchar[]), arg_min(n.given_folded, n.node),
        coalesce(arg_min(n.given_instances, n.node), []::varchar[]),
        null::date, w.number, false, null::varchar
    from (
        select substr(right_key, 5) as number from decision where starts_with(right_key, 'nhs|')
        union
        select k.traceable_number
        from residue_known as k
        semi join cluster_national as n on n.matched_number = k.traceable_number
    ) as w
    left join cluster_national as n on n.matched_number = w.number
    where 'nhs|' || w.number not in (select node from cluster_person)
    group by w.number
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
