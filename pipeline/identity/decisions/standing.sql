-- The decisions in force about $one and $other, whichever way they were taken: by the names of two records, or, in the
-- review queue, by a record and the person that the other is of (nhs|<number>).
with asked as (
    select unnest([$one, $other]) as node
),
form as (
    select node, node as key from asked
    union
    select a.node, 'nhs|' || coalesce(r.matched_number, r.traceable_number) as key
    from asked as a
    inner join vault.record as r on r.record_key = a.node
    -- A number that the record was only decided to be of is not the record's own.
    where r.middle_anchor = 'nhs|' || coalesce(r.matched_number, r.traceable_number)
),
latest as (
    select *
    from vault.decision
    qualify row_number() over (partition by left_key, right_key order by decided_at desc, rowid desc) = 1
)
select l.left_key, l.right_key
from latest as l
where
    l.verdict <> 'withdrawn'
    and (
        exists (
            select 1 from form as x inner join form as y on y.key = l.right_key
            where x.key = l.left_key and x.node = $one and y.node = $other
        )
        or exists (
            select 1 from form as x inner join form as y on y.key = l.right_key
            where x.key = l.left_key and x.node = $other and y.node = $one
        )
    )
order by l.left_key, l.right_key
