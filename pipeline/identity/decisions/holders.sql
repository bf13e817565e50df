-- node_asked (node: nhs|<number>), vault.record -> node_holder (node, record_key): the record that speaks for a person of
-- the index: a GP's before any other, the registration that began last.
create or replace temp table node_holder as
select
    r.middle_anchor as node,
    arg_max(r.record_key, (
        r.link_step in ('registered', 'cross_check'), r.source = 'gp', coalesce(r.is_registered, false),
        r.link_step = 'cross_check', coalesce(r.registered_on, date '0001-01-01'), r.record_key
    )) as record_key
from vault.record as r
semi join node_asked as n on n.node = r.middle_anchor
group by r.middle_anchor;
