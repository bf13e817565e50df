-- decided_record (what this run decided), person_out and record_out (worked out afresh) -> allowed_id, withheld_record.
-- Allowed is only what both let in: a decision that forgot somebody is found, and so is a table that forgot a decision.
create or replace temp table allowed_record as
select d.source, d.sender, d.record_id, d.person_id
from decided_record as d
anti join person_out as o using (person_id)
anti join record_out as r using (source, sender, record_id)
where d.reason is null;

-- At the strict threshold a record may stand for a person of its own: a label, of somebody who is in.
create or replace temp table allowed_id as
select person_id from allowed_record
union
select r.strict_person_id
from vault.record as r
semi join allowed_record as a on a.source = r.source and a.sender = r.sender and a.record_id = r.record_id
where r.strict_person_id is not null;

create or replace temp table other_id as
select person_id from (
    select person_id from vault.person
    union
    select unnest([person_id, strict_person_id, loose_person_id]) from vault.record
)
where person_id is not null and person_id not in (select person_id from allowed_id);

create or replace temp table withheld_record as
select r.source, r.sender, r.record_id
from vault.record as r
semi join allowed_record as a on a.person_id = r.person_id
anti join allowed_record as k on k.source = r.source and k.sender = r.sender and k.record_id = r.record_id;
