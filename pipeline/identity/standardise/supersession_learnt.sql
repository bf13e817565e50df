-- patient_row and vault.supersession -> supersession. Only numbers that can exist are learnt, and never a number as its
-- own successor. Needs the macros of nhs_number.sql and demographics.sql, and the variable allow_synthetic_numbers.
create or replace temp table supersession as
with sent as (
    select
        nhs_number_digits(current_nhs_identifier(identifier).value) as new_number,
        unnest(list_filter(nhs_identifiers(identifier), lambda i: i."use" = 'old')) as replaced
    from patient_row
    where len(identifier) > 1
),
pair as (
    select nhs_number_digits(replaced.value) as old_number, new_number from sent
    union
    select old_number, new_number from vault.supersession
)
select distinct old_number, new_number
from pair
where
    old_number <> new_number
    and nhs_number_outcome(old_number, null, getvariable('allow_synthetic_numbers')) = 'valid_untraced'
    and nhs_number_outcome(new_number, null, getvariable('allow_synthetic_numbers')) = 'valid_untraced';
