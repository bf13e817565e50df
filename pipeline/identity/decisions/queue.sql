-- What people should look at: queue_pair (kind, left_key, right_key, weight, probability, candidates).
-- Variables loose, certain (weights). The right side of a record with several close candidates is not one.
create or replace temp table queue_pair as
with decided as (
    select left_key, right_key
    from vault.decision
    group by all
    having arg_max(verdict, decided_at) <> 'withdrawn'
),
asked as (
    select 'between_thresholds' as kind, left_key, right_key, weight, probability, null::integer as candidates
    from vault.edge
    where weight >= getvariable('loose') and weight < getvariable('certain')
    union all by name
    select 'several_close' as kind, record_key as left_key, candidates
    from vault.record
    where code = '97' and matched_number is null
    union all by name
    select 'birth_date_conflict' as kind, r.record_key as left_key, 'nhs|' || r.traceable_number as right_key
    from vault.record as r
    where r.link_step = 'birth_date_conflict' and r.traceable_number is not null
)
select a.* replace (first(a.kind order by a.weight nulls last, a.kind)) as kind
from asked as a
anti join decided as d on d.left_key = a.left_key and d.right_key is not distinct from a.right_key
group by all;
