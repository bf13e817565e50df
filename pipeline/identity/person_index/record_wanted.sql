-- identity_record, record_gone, link_tonight, anchor_member, anchor_person -> record_wanted: the records that tonight
-- may change or that went.
create or replace temp table record_wanted as
select record_key from identity_record
union
select record_key from link_tonight
union
select record_key from record_gone
union
select m.record_key
from anchor_member as m
inner join anchor_person as p on p.anchor = m.anchor
where m.before_id is distinct from p.person_id;
