-- untraced_record, pair_score and ranked -> more rows of trace_result: one a record that the cross-check did not find.
-- Codes: Person_ID Handbook, appendix.
--   00 matched   90 matched by the current number of a superseded one   92 matched, and the person's record is restricted
--   91 the number sent cannot be one   96 too little to trace by   97 several close matches   98 not found
insert into trace_result
with matched as (
    select *, 100 as link_confidence, 1 as candidates from pair_score where link_step in ('cross_check', 'alphanumeric')
    union all by name
    select *, floor(score + 0.5)::integer as link_confidence from ranked where is_enough and not is_close
)
select
    r.record_key,
    m.link_step,
    m.nhs_number as matched_number,
    coalesce(m.link_confidence, 0) as link_confidence,
    coalesce(m.score_family, k.score_family),
    greatest(coalesce(m.score_given, k.score_given), coalesce(m.score_other_given, k.score_other_given)),
    coalesce(m.score_birth_date, k.score_birth_date),
    coalesce(m.score_gender, k.score_gender),
    coalesce(m.score_postcode, k.score_postcode),
    case
        when m.nhs_number is not null and p.is_restricted then '92'
        when m.nhs_number is not null and r.is_superseded_number then '90'
        when m.nhs_number is not null then '00'
        when k.is_close and k.is_enough then '97'
        when not (r.can_cross_check or r.can_alphanumeric or r.can_algorithmic) then '96'
        when r.nhs_number_outcome in
            ('not_10_digits', 'bad_check_digit', 'disallowed_pattern', 'test_range', 'non_england_range') then '91'
        else '98'
    end as code,
    coalesce(m.candidates, k.candidates, a.candidates, 0)::integer as candidates
from untraced_record as r
left join matched as m on m.record_key = r.record_key
left join ranked as k on k.record_key = r.record_key
left join alphanumeric_count as a on a.record_key = r.record_key
left join person_index as p on p.nhs_number = m.nhs_number;
