-- mps_row, checked -> mps_answer: the columns of trace_result, the service's own id for people it did not find, whether
-- it calls the person sensitive, and the record as it was asked about.
-- Indicator 2, a simple trace, is in the list of indicators, and no step of the handbook gives it: read as alphanumeric.
create or replace temp table mps_answer as
select
    record_key,
    case
        when MATCHED_NHS_NO in ('0000000000', '9999999999') then null
        when MATCHED_ALGORITHM_INDICATOR = '1' then 'cross_check'
        when MATCHED_ALGORITHM_INDICATOR in ('2', '3') then 'alphanumeric'
        else 'algorithmic'
    end as link_step,
    if(MATCHED_NHS_NO in ('0000000000', '9999999999'), null, MATCHED_NHS_NO) as matched_number,
    if(MATCHED_NHS_NO in ('0000000000', '9999999999'), 0,
        coalesce(floor(try_cast(MATCHED_CONFIDENCE_PERCENTAGE as double) + 0.5)::integer, 0)) as link_confidence,
    try_cast(ALGORITHMIC_TRACE_FAMILY_NAME_SCORE_PERC as double) as score_family,
    try_cast(ALGORITHMIC_TRACE_GIVEN_NAME_SCORE_PERC as double) as score_given,
    try_cast(ALGORITHMIC_TRACE_DOB_SCORE_PERC as double) as score_birth_date,
    try_cast(ALGORITHMIC_TRACE_GENDER_SCORE_PERC as double) as score_gender,
    try_cast(ALGORITHMIC_TRACE_POSTCODE_SCORE_PERC as double) as score_postcode,
    case
        when MATCHED_NHS_NO = '9999999999' then '97'
        when MATCHED_NHS_NO = '0000000000' and ERROR_SUCCESS_CODE = '00' then '98'
        when ERROR_SUCCESS_CODE in ('15', '16') then '96'
        else ERROR_SUCCESS_CODE
    end as code,
    if(MATCHED_NHS_NO in ('0000000000', '9999999999'), 0, 1) as candidates,
    -- Several ids come joined by tildes; the first is taken, as the national pipelines do.
    nullif(split_part(MPS_ID, '~', 1), '') as mps_id,
    -- The list of flags is not published: whatever is not plainly none is one.
    ERROR_SUCCESS_CODE = '92' or coalesce(upper(SENSITIVITY_FLAG) not in ('N', 'NO', '0', 'FALSE', 'U'), false)
        as is_restricted,
    content_hash
from mps_row;
