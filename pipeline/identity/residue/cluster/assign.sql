-- cluster_anchor, weighed_edge, link_offered -> the rows of assignment and edge_joined.
-- Variables: join_weight, bucket_false, missed_without_candidate, missed_one_time, missed_verified_conflict.
create or replace temp table member as
select n.id, n.node, m.cluster, n.is_index from cluster_node as n join cluster_middle as m on m.id = n.id;

insert into edge_joined
select e.left_key, e.right_key, e.weight
from weighed_edge as e
join member as x on x.node = e.left_key
join member as y on y.node = e.right_key and y.cluster = x.cluster;

insert into assignment
with beside as (
    select
        l.a, l.b, l.kind, l.weight, x.cluster = y.cluster as is_joined
    from link_offered as l
    join member as x on x.id = l.a
    join member as y on y.id = l.b
    where l.phase <= 2
),
joined_by as (
    select
        id,
        bool_or(kind = 'decided') as is_decided,
        bool_or(kind = 'bucket') as is_bucket,
        -- Of the links that the weight alone offered; a lighter pair within the cluster joined nobody.
        max(weight) filter (kind = 'scored') as weight
    from (
        select a as id, kind, weight from beside where is_joined
        union all
        select b, kind, weight from beside where is_joined
    )
    group by id
),
kept_apart as (
    select unnest([a, b]) as id from cluster_decision where verdict = 'different'
),
outside as (
    select node, sum(chance order by other) filter (is_person) as of_person, max(chance) filter (not is_person) as of_record
    from (
        select left_key as node, right_key as other, 1 / (1 + power(2.0, -weight)) as chance,
            starts_with(right_key, 'nhs|') as is_person
        from weighed_edge anti join edge_joined using (left_key, right_key)
        union all
        select right_key, left_key, 1 / (1 + power(2.0, -weight)), false
        from weighed_edge anti join edge_joined using (left_key, right_key)
        where not starts_with(right_key, 'nhs|')
    )
    group by node
),
size as (
    select cluster, count(*) as nodes, bool_or(is_index) as has_person from member group by cluster
),
judged as (
    select
        r.record_key,
        a.strict_anchor,
        a.middle_anchor,
        a.loose_anchor,
        1 / (1 + power(2.0, -j.weight)) as chance,
        least(1.0, greatest(coalesce(o.of_person, 0), coalesce(o.of_record, 0))) as chance_outside,
        o.node is not null as has_candidate,
        r.nhs_number_outcome = 'valid_traced' as is_verified,
        case
            when j.is_decided then 'decided'
            when s.nodes = 1 and m.id in (select id from kept_apart) then 'decided'
            when s.has_person and j.weight is not null then 'probabilistic'
            when (not s.has_person or r.traceable_number not in (select nhs_number from person_index))
                and a.middle_anchor = 'nhs|' || r.traceable_number then 'number_founded'
            when j.weight is not null then 'probabilistic'
            when j.is_bucket then 'bucket'
            when s.has_person then 'probabilistic'
            when r.traceable_number is not null and r.birth_date is not null then 'birth_date_conflict'
            when r.birth_year is null then 'one_time'
            else 'unmatched'
        end as link_step
    from residue_known as r
    join member as m on m.node = r.record_key
    join size as s on s.cluster = m.cluster
    join cluster_anchor as a on a.id = m.id
    left join joined_by as j on j.id = m.id
    left join outside as o on o.node = r.record_key
)
select
    record_key,
    strict_anchor,
    middle_anchor,
    loose_anchor,
    link_step,
    case
        when link_step in ('decided', 'number_founded') then 100
        when link_step = 'probabilistic' then floor(100 * coalesce(chance, 1 - getvariable('bucket_false')))
        when link_step = 'bucket' then round(100 * (1 - getvariable('bucket_false')))
        else 0
    end::integer as link_confidence,
    round(case
        when link_step = 'decided' then 0
        when chance is not null then 1 - chance
        when link_step in ('probabilistic', 'bucket') then getvariable('bucket_false')
        when link_step = 'number_founded' then null  -- by number and birth date, as in the cross-check: no score
        else 0
    end, 9) as probability_false,
    round(case
        when link_step = 'decided' then 0
        when link_step = 'one_time' then getvariable('missed_one_time')
        when link_step = 'birth_date_conflict' and is_verified and not has_candidate
            then getvariable('missed_verified_conflict')
        when link_step in ('unmatched', 'birth_date_conflict') and not has_candidate
            then getvariable('missed_without_candidate')
        else chance_outside
    end, 9) as probability_missed
from judged;
