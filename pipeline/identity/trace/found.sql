-- crossed -> trace_result, the rows of what the cross-check found, and trace_candidate, still empty.
-- Codes: Person_ID Handbook, appendix (result.sql).
create or replace temp table trace_result as
select
    record_key,
    link_step,
    matched_number,
    100 as link_confidence,
    null::double as score_family,
    null::double as score_given,
    null::double as score_birth_date,
    null::double as score_gender,
    null::double as score_postcode,
    code,
    1 as candidates
from crossed;

create or replace temp table trace_candidate (record_key varchar, nhs_number varchar, score double);
