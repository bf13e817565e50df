-- subject_decision (of the vault, under the key of now) -> suppressed_person, suppressed_record. Of a subject the latest decision counts, but a deletion stands.
-- Needs the macros subject_of_number and subject_of_record under the key of person ids.
create or replace temp table suppressed_subject as
select subject_hash, if(bool_or(act = 'deleted'), 'deleted', arg_max(act, (decided_at, decision_id))) as act
from subject_decision_now
group by subject_hash
having bool_or(act = 'deleted') or arg_max(act, (decided_at, decision_id)) <> 'consent_given';

create or replace temp table record_subject as
select
    source, sender, record_id, person_id,
    subject_of_record(source, sender, record_id) as record_hash,
    subject_of_number(nhs_number) as sent_hash,
    subject_of_number(traceable_number) as traceable_hash
from vault.record;

create or replace temp table suppressed_person as
with numbered as (
    select person_id, subject_of_number(nhs_number) as number_hash
    from vault.person
    where nhs_number is not null
)
select n.person_id, s.act
from numbered as n
inner join suppressed_subject as s on s.subject_hash = n.number_hash
union
select r.person_id, s.act
from record_subject as r
inner join suppressed_subject as s on s.subject_hash = r.record_hash;

create or replace temp table suppressed_record as
with reached as (
    select h.source, h.sender, h.record_id, h.person_id, p.act
    from record_subject as h inner join suppressed_person as p using (person_id)
    union all
    select h.source, h.sender, h.record_id, h.person_id, s.act
    from record_subject as h
    inner join suppressed_subject as s on s.subject_hash in (h.sent_hash, h.traceable_hash)
)
-- Of two reasons the deletion counts: it is the later word of the two.
select source, sender, record_id, person_id, max(act) as act
from reached
group by all;
