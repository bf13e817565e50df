-- How many different established numbers would be one person, were $one and $other decided to be the same:
-- those of the two sides, and of what was decided to be the same as either.
with latest as (
    select *
    from vault.decision
    qualify row_number() over (partition by left_key, right_key order by decided_at desc, rowid desc) = 1
),
node as (
    select unnest([$one, $other]) as node
    union
    select unnest([left_key, right_key])
    from latest
    where verdict = 'same' and (left_key in ($one, $other) or right_key in ($one, $other))
)
select count(distinct number)
from (
    select substr(node, 5) as number from node where starts_with(node, 'nhs|')
    union all
    -- A number counts as a record's own where it is verified, or where the trace linked the record by it.
    select r.traceable_number
    from node as n
    inner join vault.record as r on r.record_key = n.node
    where r.nhs_number_outcome = 'valid_traced' or r.matched_number = r.traceable_number
)
where number is not null
