-- trace_result, mps_answer, record_known, person_index -> trace_result, the answers in the place of our own.
-- A verified number binds its record, as it does in our own trace: an answer with another one is not used, and stands in
-- the review queue. Code 90 is the service's own word that the number was replaced; while a practice still holds the old
-- number, it is not used either.
create or replace temp table answer_used as
select a.*
from mps_answer as a
inner join record_known as k on k.record_key = a.record_key
left join person_index as p on p.nhs_number = k.traceable_number
where not coalesce(
    k.nhs_number_outcome = 'valid_traced'
    and a.matched_number <> k.traceable_number
    and (a.code <> '90' or p.is_from_gp),
    false
);
create or replace temp table trace_result as
select * from trace_result anti join answer_used using (record_key)
union all by name
select * exclude (mps_id, is_restricted, content_hash) from answer_used semi join trace_result using (record_key);
