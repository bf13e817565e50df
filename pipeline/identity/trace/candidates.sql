-- pair_score and ranked -> rows of trace_candidate (record_key, nhs_number, score): the people that the algorithmic trace could not
-- choose between, each within the gap of the best.
insert into trace_candidate
select s.record_key, s.nhs_number, s.score
from pair_score as s
inner join ranked as k on k.record_key = s.record_key
where
    s.link_step = 'algorithmic' and k.is_close and k.is_enough
    and k.score - s.score <= getvariable('rule_gap');
