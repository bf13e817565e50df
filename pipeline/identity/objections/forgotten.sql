-- vault.subject_decision and an answer of history -> forgotten_record (source, sender, record_id, act): the records of the
-- answer whose person was deleted or withdrew consent, whenever the sender sent them and whoever they are linked to today.
-- Needs what suppressed.sql makes, its macros under the key, and patient_then: Patient rows of the answer.
create or replace temp table forgotten_record as
with then_sent as (
    select
        _source as source, _sender as sender, _record_id as record_id,
        unnest(coalesce(list_transform(nhs_identifiers(identifier), lambda i: nhs_number_digits(i.value)), [])) as nhs_number
    from patient_then
    where _record_id is not null
),
reached as (
    select source, sender, record_id, act from suppressed_record
    union all
    select p._source, p._sender, p._record_id, s.act
    from patient_then as p
    inner join suppressed_subject as s on s.subject_hash = subject_of_record(p._source, p._sender, p._record_id)
    union all
    select t.source, t.sender, t.record_id, s.act
    from then_sent as t
    inner join suppressed_subject as s on s.subject_hash = subject_of_number(t.nhs_number)
    where t.nhs_number is not null
)
select source, sender, record_id, max(act) as act
from reached
group by all;
