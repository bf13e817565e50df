-- vault.contradiction, node_holder -> those of one record ($key), with the other side's name.
with latest as (
    select *
    from vault.decision
    qualify row_number() over (partition by left_key, right_key order by decided_at desc, rowid desc) = 1
),
asked as (
    select record_key, middle_anchor from vault.record where record_key = $key
),
standing as (
    select c.reason, d.verdict, d.decided_at, if(c.left_key = a.record_key, c.right_key, c.left_key) as other
    from vault.contradiction as c
    inner join latest as d
        on d.left_key = c.left_key and d.right_key = c.right_key and d.decided_at = c.decided_at
    inner join asked as a
        on c.left_key = a.record_key or c.right_key = a.record_key or c.right_key = a.middle_anchor
)
select s.verdict, s.decided_at::date, s.reason, r.source, r.sender, r.record_id
from standing as s
left join node_holder as h on h.node = s.other
left join vault.record as r on r.record_key = coalesce(h.record_key, s.other)
order by s.decided_at, s.other
