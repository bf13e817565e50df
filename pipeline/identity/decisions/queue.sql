-- What people should look at: queue_pair (kind, left_key, right_key, weight, probability, candidates, reason).
-- Variables loose, join_weight, certain (weights). The right side is null where nobody can be named: the national
-- service says that it found several, and not whom.

-- A record is one index person at most: its candidates compete, and the weight that decided is that against the others.
create or replace temp table queue_weight as
with candidate as (
    select *, starts_with(right_key, 'nhs|') as is_person from vault.edge
)
select
    left_key, right_key, weight, probability,
    if(
        is_person,
        weight - log2(1 + greatest(
            sum(power(2.0, weight)) over (partition by left_key, is_person) - power(2.0, weight), 0)),
        weight
    ) as weight_against_rivals,
    count(*) filter (weight >= getvariable('join_weight')) over (partition by left_key, is_person) as candidates
from candidate;

create or replace temp table queue_pair as
with latest as (
    select *
    from vault.decision
    qualify row_number() over (partition by left_key, right_key order by decided_at desc, rowid desc) = 1
),
-- Who decided by the names of two records decided of the person that one of them is.
decided as (
    select l.left_key, l.right_key, l.verdict
    from latest as l
    where l.verdict <> 'withdrawn'
    union
    select l.left_key, 'nhs|' || r.matched_number, l.verdict
    from latest as l
    inner join vault.record as r on r.record_key = l.right_key
    where l.verdict <> 'withdrawn' and r.matched_number is not null
    union
    select l.right_key, 'nhs|' || r.matched_number, l.verdict
    from latest as l
    inner join vault.record as r on r.record_key = l.left_key
    where l.verdict <> 'withdrawn' and r.matched_number is not null and not starts_with(l.right_key, 'nhs|')
),
placed as (
    select left_key as record_key from decided where verdict = 'same' and starts_with(right_key, 'nhs|')
),
asked as (
    select 'between_thresholds' as kind, left_key, right_key, weight, probability
    from queue_weight
    where weight >= getvariable('loose') and weight < getvariable('certain')
    union all by name
    -- Strong enough alone, and too weak beside another as strong: neither was joined.
    select 'several_close' as kind, left_key, right_key, weight, probability, candidates
    from queue_weight
    where
        weight >= getvariable('join_weight')
        and weight_against_rivals between -getvariable('join_weight') and getvariable('join_weight')
        and weight - weight_against_rivals > 0.000001
        and left_key not in (select record_key from placed)
        and left_key not in (
            select record_key from vault.record where link_step = 'decided' and starts_with(middle_anchor, 'nhs|')
        )
    union all by name
    -- Or beside another record as strong: of those that cannot be one person it was given to none.
    select 'several_close' as kind, q.left_key, q.right_key, q.weight, q.probability, q.candidates
    from queue_weight as q
    inner join vault.record as l on l.record_key = q.left_key
    left join vault.record as r on r.record_key = q.right_key
    where
        q.weight >= getvariable('certain')
        and l.middle_anchor is distinct from coalesce(r.middle_anchor, q.right_key)
        and q.left_key not in (select record_key from placed)
        and not (l.link_step = 'decided' and starts_with(l.middle_anchor, 'nhs|'))
    union all by name
    -- What the service answers about a record of another verified number is not used.
    select 'national_contradiction' as kind, r.record_key as left_key, 'nhs|' || a.matched_number as right_key
    from vault.mps_answer as a
    inner join vault.record as r on r.record_key = a.record_key and r.content_hash = a.content_hash
    where
        r.nhs_number_outcome = 'valid_traced'
        and a.matched_number <> r.traceable_number
        and r.middle_anchor <> 'nhs|' || a.matched_number
    union all by name
    -- One row a candidate, until the record is decided to be one of them.
    select 'several_close' as kind, r.record_key as left_key, 'nhs|' || c.nhs_number as right_key, r.candidates
    from vault.record as r
    left join vault.candidate as c on c.record_key = r.record_key
    where
        r.code = '97' and r.matched_number is null
        and not (r.link_step = 'decided' and starts_with(r.middle_anchor, 'nhs|'))
        and r.record_key not in (select record_key from placed)
    union all by name
    select 'birth_date_conflict' as kind, r.record_key as left_key, 'nhs|' || r.traceable_number as right_key
    from vault.record as r
    where r.link_step = 'birth_date_conflict' and r.traceable_number is not null
    union all by name
    -- A practice or a verified record says that a number was replaced, and it still is somebody's: beside the first of those.
    select 'replaced_number_held' as kind, least(said_key, held_key) as left_key, greatest(said_key, held_key) as right_key
    from (
        select s.record_key as said_key, s.old_number,
            arg_min(h.record_key, (not coalesce(h.is_registered, false), h.record_key)) as held_key
        from vault.superseding as s
        inner join vault.record as r on r.record_key = s.record_key and (r.source = 'gp' or r.nhs_number_status = '01')
        inner join vault.record as h
            on h.nhs_number = s.old_number and (h.source = 'gp' or h.nhs_number_status = '01') and not h.is_test
        where not r.is_test and s.old_number in (select nhs_number from vault.person_index)
        group by s.record_key, s.old_number
    )
),
open_pair as (
    select
        first(a.kind order by a.weight nulls first, a.kind) as kind, a.left_key, a.right_key,
        max(a.weight) as weight, max(a.probability) as probability, max(a.candidates) as candidates
    from asked as a
    anti join decided as d on d.left_key = a.left_key and d.right_key is not distinct from a.right_key
    group by a.left_key, a.right_key
)
select * from open_pair
union all by name
select 'contradiction' as kind, c.left_key, c.right_key, c.reason
from vault.contradiction as c
inner join latest as d
    on d.left_key = c.left_key and d.right_key = c.right_key and d.decided_at = c.decided_at;

create or replace temp table node_asked as
select distinct right_key as node from queue_pair where starts_with(right_key, 'nhs|');
