-- pair_score -> ranked: the best of a record's candidates in the algorithmic trace, and whether it is a match: at least the
-- smallest score (a rule), and further from the second than the gap (a rule).
create or replace temp table ranked as
with ordered as (
    select
        *,
        row_number() over (best_first) as place,
        lead(score) over (best_first) as second_score,
        count(*) over (partition by record_key) as candidates
    from pair_score
    where link_step = 'algorithmic'
    window best_first as (partition by record_key order by score desc, nhs_number)
)
select
    * exclude (place),
    coalesce(score - second_score <= getvariable('rule_gap'), false) as is_close,
    score >= getvariable('rule_algorithmic_minimum') as is_enough
from ordered
where place = 1;
