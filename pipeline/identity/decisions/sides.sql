-- queue_named -> the pairs with both sides' names, no values. An index person is seen through the record that
-- speaks for it: a GP's before any other, the registration that began last.
with holder as (
    select
        'nhs|' || r.traceable_number as node,
        arg_max(r.record_key, (
            r.source = 'gp', coalesce(r.is_registered, false), r.link_step = 'cross_check',
            coalesce(r.registered_on, date '0001-01-01'), r.record_key
        )) as record_key
    from vault.record as r
    inner join (select distinct substr(right_key, 5) as nhs_number from queue_named where starts_with(right_key, 'nhs|')) as q
        on q.nhs_number = r.traceable_number
    where r.link_step in ('registered', 'cross_check')
    group by r.traceable_number
)
select
    q.pair_id, q.kind, q.weight, q.probability, q.candidates,
    l.source, l.sender, l.record_id, r.source, r.sender, r.record_id,
    {compared}
from queue_named as q
inner join vault.record as l on l.record_key = q.left_key
left join holder as h on h.node = q.right_key
left join vault.record as r on r.record_key = coalesce(h.record_key, q.right_key)
order by q.weight is null, abs(q.weight), q.pair_id
limit ?
