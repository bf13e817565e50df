-- vault.decision, trace_result -> decision (left_key, right_key, verdict): what people decided, said of tonight's
-- nodes; trace_result loses the matches that a decision overrules, with their code and scores, whether our trace made
-- them or the national service.
-- Table current_number (old_number, current_number). decision_standing: the decisions in force.
-- A node is 'nhs|<number>' where the trace found a number for the record, else the record's own key.
create or replace temp table decision_standing as
with latest as (
    select *
    from vault.decision
    qualify row_number() over (partition by left_key, right_key order by decided_at desc, rowid desc) = 1
)
select
    l.left_key,
    if(s.current_number is null, l.right_key, 'nhs|' || s.current_number) as right_key,
    l.verdict,
    l.right_key as decided_right_key,
    l.decided_at
from latest as l
left join current_number as s on 'nhs|' || s.old_number = l.right_key
where l.verdict <> 'withdrawn';

-- Few are decided about, and all records are many.
create or replace temp table decided_record as
select record_key, traceable_number
from record_known
where record_key in (select unnest([left_key, right_key]) from decision_standing);

create or replace temp table decision_side as
select
    d.left_key, d.right_key, d.verdict,
    l.matched_number as left_number,
    if(starts_with(d.right_key, 'nhs|'), substr(d.right_key, 5), r.matched_number) as right_number,
    -- Whose own number it is: that side stays, the other is the doubtful one.
    coalesce(lk.traceable_number = l.matched_number, false) as is_left_own,
    starts_with(d.right_key, 'nhs|') or coalesce(rk.traceable_number = r.matched_number, false) as is_right_own,
    coalesce(l.link_step = 'registered', false) as is_left_registered,
    starts_with(d.right_key, 'nhs|') or coalesce(r.link_step = 'registered', false) as is_right_registered
from decision_standing as d
left join trace_result as l on l.record_key = d.left_key
left join trace_result as r on r.record_key = d.right_key
left join decided_record as lk on lk.record_key = d.left_key
left join decided_record as rk on rk.record_key = d.right_key;

create or replace temp table overruled_match as
select
    case
        when verdict = 'different' then if(is_left_registered and not is_right_registered, right_key, left_key)
        else if(is_left_own, right_key, left_key)
    end as record_key
from decision_side
where (verdict = 'different' and left_number = right_number)
    or (verdict = 'same' and left_number <> right_number and not (is_left_own and is_right_own));

update trace_result
set
    matched_number = null, link_step = null, link_confidence = 0, code = null, candidates = 0,
    score_family = null, score_given = null, score_birth_date = null, score_gender = null, score_postcode = null
where record_key in (select record_key from overruled_match);

create or replace temp table decision as
with node as (
    select
        d.verdict,
        coalesce('nhs|' || l.matched_number, d.left_key) as one,
        coalesce('nhs|' || r.matched_number, d.right_key) as other
    from decision_standing as d
    left join trace_result as l on l.record_key = d.left_key
    left join trace_result as r on r.record_key = d.right_key
    -- A record that is not there just now is decided about when it comes back.
    where l.record_key is not null and (r.record_key is not null or starts_with(d.right_key, 'nhs|'))
)
select distinct
    if(starts_with(one, 'nhs|') or (one > other and not starts_with(other, 'nhs|')), other, one) as left_key,
    if(starts_with(one, 'nhs|') or (one > other and not starts_with(other, 'nhs|')), one, other) as right_key,
    verdict
from node
where one <> other and not (starts_with(one, 'nhs|') and starts_with(other, 'nhs|'));
