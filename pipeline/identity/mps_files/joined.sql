-- mps_answer, trace_result, record_known, person_index, residue_known -> more rows of bucket_pair, national_identity and
-- national_record.
-- The service gives people whom it does not find an id that lasts (MPS_ID): records of one id are one person's, as those
-- are that our own bucket joins.
create or replace temp table national_identity as
select a.record_key, min(a.mps_id) as national_id
from mps_answer as a
semi join residue_known as k on k.record_key = a.record_key
where a.matched_number is null and a.mps_id is not null
group by a.record_key;
insert into bucket_pair
select first_key, record_key
from (
    select min(record_key) over (partition by national_id) as first_key, record_key from national_identity
)
where first_key <> record_key
except
select left_key, right_key from bucket_pair;

create or replace temp table national_record as
select k.*, t.matched_number
from trace_result as t
inner join mps_answer as a on a.record_key = t.record_key and a.matched_number = t.matched_number
inner join record_known as k on k.record_key = t.record_key
anti join person_index as p on p.nhs_number = t.matched_number;
