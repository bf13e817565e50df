-- decided_record (what this run decided) and the vault -> allowed_id, withheld_record.
-- Needs the temp table suppressed_person and the variable checks_reply (the product heeds the national reply).

-- Looked at afresh: what may have changed since the decision, or what the decision may have missed.
create or replace temp table out_since as
select person_id from suppressed_person
union
select person_id from vault.record where is_restricted
union
select p.person_id
from vault.person as p
left join vault.national_reply as n on n.nhs_number = p.nhs_number
where getvariable('checks_reply') and n.nhs_number is null;

create or replace temp table allowed_record as
select d.source, d.sender, d.record_id, d.person_id
from decided_record as d
anti join out_since as o using (person_id)
where d.reason is null;

-- At the strict threshold a record may stand for a person of its own: a label, of somebody who is in.
create or replace temp table allowed_id as
select person_id from allowed_record
union
select r.strict_person_id
from vault.record as r
semi join allowed_record as a on a.source = r.source and a.sender = r.sender and a.record_id = r.record_id
where r.strict_person_id is not null;

create or replace temp table withheld_record as
select d.source, d.sender, d.record_id
from decided_record as d
semi join allowed_record as a on a.person_id = d.person_id
where d.reason is not null;
