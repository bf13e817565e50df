-- trace_result, assignment, edge_joined, record_near -> link_tonight (the link of every record that was traced, and of the whole
-- residue), and the pairs that hold together: joined_fresh, joined_gone.
create or replace temp table link_tonight as
select
    t.record_key, t.matched_number, t.link_step, t.link_confidence,
    t.score_family, t.score_given, t.score_birth_date, t.score_gender, t.score_postcode, t.code, t.candidates,
    'nhs|' || t.matched_number as strict_anchor,
    'nhs|' || t.matched_number as middle_anchor,
    'nhs|' || t.matched_number as loose_anchor,
    -- A trace's score is no probability: how often a step is wrong is for the negative controls to say, or for nobody.
    -- A practice's own record is what others are compared with.
    if(t.link_step = 'registered', 0, null)::double as probability_false,
    0::double as probability_missed
from trace_result as t
where t.matched_number is not null
union all by name
select
    a.record_key, null::varchar as matched_number, a.link_step, a.link_confidence,
    coalesce(t.score_family, r.score_family) as score_family,
    coalesce(t.score_given, r.score_given) as score_given,
    coalesce(t.score_birth_date, r.score_birth_date) as score_birth_date,
    coalesce(t.score_gender, r.score_gender) as score_gender,
    coalesce(t.score_postcode, r.score_postcode) as score_postcode,
    coalesce(t.code, r.code) as code,
    coalesce(t.candidates, r.candidates) as candidates,
    a.strict_anchor, a.middle_anchor, a.loose_anchor, a.probability_false, a.probability_missed
from assignment as a
left join trace_result as t on t.record_key = a.record_key
left join record_near as r on r.record_key = if(t.record_key is null, a.record_key, null);

create or replace temp table joined_fresh as
select left_key, right_key from edge_joined except select left_key, right_key from vault.joined;
create or replace temp table joined_gone as
select left_key, right_key from vault.joined except select left_key, right_key from edge_joined;
