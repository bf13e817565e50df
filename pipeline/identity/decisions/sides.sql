-- queue_named, node_holder -> the pairs with both sides' names, no values. An index person is seen through the record
-- that speaks for it. What can no longer be obeyed comes first, then the pairs nearest to an even chance.
select
    q.pair_id, q.kind, q.weight, q.probability, q.candidates, q.reason,
    l.source, l.sender, l.record_id, r.source, r.sender, r.record_id,
    {compared}
from queue_named as q
inner join vault.record as l on l.record_key = q.left_key
left join node_holder as h on h.node = q.right_key
left join vault.record as r on r.record_key = coalesce(h.record_key, q.right_key)
order by q.kind <> 'contradiction', q.weight is null, abs(q.weight), q.left_key, q.pair_id
limit ?
