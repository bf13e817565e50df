-- chosen_patient -> superseding_said (record_key, old_number, new_number): what records say of a number that was replaced.
-- Only numbers that can exist are learnt, and never a number as its own successor.
create or replace temp table superseding_said as
with sent as (
    select
        source || '|' || sender || '|' || record_id as record_key, nhs_number as new_number,
        nhs_number_digits(unnest(replaced_numbers)) as old_number
    from chosen_patient
    where replaced_numbers is not null
)
select distinct record_key, old_number, new_number
from sent
where
    old_number <> new_number
    and nhs_number_outcome(old_number, null, getvariable('allow_synthetic_numbers')) = 'valid_untraced'
    and nhs_number_outcome(new_number, null, getvariable('allow_synthetic_numbers')) = 'valid_untraced';

-- Who holds a number: records of GPs, and verified ones, as they came tonight. No test record.
create or replace temp view number_holder_said as
select
    c.source || '|' || c.sender || '|' || c.record_id as record_key,
    c.nhs_number,
    c.birth_date,
    c.source = 'gp' and coalesce(r.is_current, c.practice_code is not null) as is_registered,
    coalesce(c.nhs_number_status = '01', false) as is_verified
from chosen_patient as c
left join gp_registration as r on r.source = c.source and r.sender = c.sender and r.record_id = c.record_id
where not c.is_test and c.nhs_number is not null and (c.source = 'gp' or c.nhs_number_status = '01');
