-- trace_candidate, trace_result -> candidate_fresh, candidate_gone (rows of vault.candidate that change): whom the trace
-- could not choose between, of the records that it found no number for tonight.
create or replace temp table candidate_tonight as
select c.record_key, c.nhs_number, c.score
from trace_candidate as c
inner join trace_result as t on t.record_key = c.record_key
where t.code = '97' and t.matched_number is null;
create or replace temp table candidate_fresh as
select record_key, nhs_number, score from candidate_tonight
except
select record_key, nhs_number, score from vault.candidate;
create or replace temp table candidate_gone as
select record_key, nhs_number
from vault.candidate
anti join candidate_tonight using (record_key, nhs_number)
where record_key in (select record_key from trace_result union all select record_key from record_gone);
