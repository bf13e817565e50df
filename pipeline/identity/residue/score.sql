-- blocked_pair -> residue_node (Splink's input: the nodes of tonight's pairs, with the model's name frequencies)
-- and pair_to_score (blocked pairs that may be one person's, in Splink's columns and numbered chunks).
-- Relation residue_known. Variables: rare_family, rare_given, pairs_a_chunk, guard_names. Table model_frequency (kind, name, share); view
-- residue_node_paired (the nodes of tonight's pairs).
create or replace temp table residue_node as
select
    n.node as unique_id,
    n.* exclude (node),
    k.is_of_several_born,
    if(n.family_folded is null, null, coalesce(f.share, getvariable('rare_family'))) as tf_family_folded,
    if(n.given_folded is null, null, coalesce(g.share, getvariable('rare_given'))) as tf_given_folded
from residue_node_paired as n
left join residue_known as k on k.record_key = n.node
left join model_frequency as f on f.kind = 'family_folded' and f.name = n.family_folded
left join model_frequency as g on g.kind = 'given_folded' and g.name = n.given_folded;

create or replace temp table pair_to_score as
select
    p.left_key as join_key_l,
    p.right_key as join_key_r,
    '0' as match_key,
    (row_number() over (order by p.left_key, p.right_key) - 1) // getvariable('pairs_a_chunk') as chunk
from blocked_pair as p
join residue_node as l on l.unique_id = p.left_key
join residue_node as r on r.unique_id = p.right_key
where not nodes_apart(
    l.claimed_number, r.claimed_number, l.given_instances, l.given_folded, r.given_instances, r.given_folded
)
and not (
    getvariable('guard_names')
    and may_be_twins(
        l.unique_id, l.given_folded, l.birth_date, l.number_compared, l.is_of_several_born,
        r.unique_id, r.given_folded, r.birth_date, r.number_compared, r.is_of_several_born)
)
and not (
    getvariable('guard_names')
    and (
        birth_keeps_apart(
            l.birth_date, l.number_compared, l.claimed_number, l.family_instances, l.given_instances, l.given_folded,
            r.birth_date, r.number_compared, r.claimed_number, r.family_instances, r.given_instances, r.given_folded)
        or family_keeps_apart(
            l.family_core, l.family_instances, l.given_folded, l.number_compared,
            r.family_core, r.family_instances, r.given_folded, r.number_compared)
    )
);
